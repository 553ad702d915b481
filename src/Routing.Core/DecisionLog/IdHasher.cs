using System.Security.Cryptography;
using System.Text;

namespace LlmRouting.DecisionLog;

/// <summary>Turns ids into words that tell nothing of them but whether two are the same.</summary>
/// <remarks>HMAC with SHA-256 (RFC 2104), of which the first 12 bytes are kept. What kind of id it is goes in too: a user and a tenant of one name differ.</remarks>
internal sealed class IdHasher(string key)
{
    private const int KeptBytes = 12;

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    public string Hash(string kind, string id)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{kind}\0{id}"), hash);
        return Convert.ToHexStringLower(hash[..KeptBytes]);
    }
}
