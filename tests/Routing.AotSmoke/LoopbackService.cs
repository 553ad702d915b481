using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LlmRouting.AotSmoke;

/// <summary>Is a service on loopback that gives one answer to everything. Without a web server, so that only what is under test is trimmed.</summary>
internal sealed class LoopbackService : IDisposable
{
    private static readonly byte[] Answer =
        """{"id":"r","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hello back"},"finish_reason":"stop"}]}"""u8.ToArray();

    private readonly HttpListener _listener = new();

    public LoopbackService()
    {
        using (TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/v1";
        }

        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                using StreamReader reader = new(context.Request.InputStream, Encoding.UTF8);
                await reader.ReadToEndAsync();
                context.Response.ContentType = "application/json";
                await context.Response.OutputStream.WriteAsync(Answer);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
