using System.Numerics;

namespace LlmRouting.JsonSchema;

// Tells whether a number is a multiple of the schema's, exactly. With value V*10^v and divisor D*10^d in shortest form, the quotient is
// whole exactly when v >= d and V*10^(v-d) mod D is 0: V does not end in zero, so for v < d it cannot absorb the missing tens.
internal sealed class Divisor
{
    private const int ChunkDigits = 18;
    private static readonly BigInteger ChunkFactor = BigInteger.Pow(10, ChunkDigits);

    private readonly NumberLimit _limit;
    private readonly BigInteger _digits;
    private readonly long _exponent;

    internal Divisor(NumberLimit limit)
    {
        _limit = limit;
        JsonNumber number = limit.Value;
        _digits = Mod(number, null);
        _exponent = number.Scale - number.Count;
    }

    internal bool Divides(ReadOnlySpan<byte> text)
    {
        if (_limit.IsSmall && JsonNumber.TryParseSmall(text, out long mantissa, out int fraction) && fraction == _limit.Fraction)
        {
            return mantissa % _limit.Mantissa == 0;
        }

        JsonNumber value = JsonNumber.Parse(text);
        if (value.Count == 0)
        {
            return true;
        }

        long tens = value.Scale - value.Count - _exponent;
        return tens >= 0 && (Mod(value, _digits) * BigInteger.ModPow(10, tens, _digits) % _digits).IsZero;
    }

    // The digits as a whole number, taken modulo the divisor on the way: linear in their count.
    private static BigInteger Mod(in JsonNumber number, BigInteger? divisor)
    {
        BigInteger result = BigInteger.Zero;
        long chunk = 0;
        long factor = 1;
        for (int i = 0; i < number.Count; i++)
        {
            chunk = (chunk * 10) + number[i];
            factor *= 10;
            if ((i + 1) % ChunkDigits == 0)
            {
                result = Reduce((result * ChunkFactor) + chunk, divisor);
                chunk = 0;
                factor = 1;
            }
        }

        return Reduce((result * factor) + chunk, divisor);
    }

    private static BigInteger Reduce(BigInteger value, BigInteger? divisor) => divisor is { } known ? value % known : value;
}
