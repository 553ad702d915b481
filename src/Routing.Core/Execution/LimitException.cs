namespace LlmRouting.Execution;

/// <summary>Says which time limit of ours ran out; classified like every <see cref="TimeoutException"/>.</summary>
/// <param name="reason">A constant text, which the attempt's record carries.</param>
internal sealed class LimitException(string reason) : TimeoutException(reason)
{
    public const string Total = "the request's time is used up (TotalTimeout)";
    public const string Attempt = "no answer came in time (AttemptTimeout)";
    public const string Open = "the stream did not begin in time (OpenTimeout)";
    public const string FirstToken = "the stream brought no content in time (FirstTokenTimeout)";
    public const string Idle = "the stream stayed silent for too long (IdleTimeout)";
    public const string Stream = "the stream took too long altogether (StreamTimeout)";
    public const string Rate = "the stream is too slow (MinCharactersPerSecond)";

    public string Reason => Message;
}
