namespace LlmRouting;

/// <summary>Is what one call has taken of its endpoint's rate limits.</summary>
/// <param name="Tokens">The tokens; negative when nothing is limited.</param>
/// <param name="Told">How often the service had said what is left when they were taken, see <see cref="ToldLimits"/>.</param>
internal readonly record struct RateReservation(long Tokens, long Told)
{
    public static readonly RateReservation None = new(-1, 0);
}
