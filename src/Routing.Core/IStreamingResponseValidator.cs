namespace LlmRouting;

/// <summary>Is a validator that can also watch an answer while it streams, and say early that it cannot become good any more.</summary>
/// <remarks>The whole answer is still validated: an inspection that finds nothing has accepted nothing.</remarks>
public interface IStreamingResponseValidator : IResponseValidator
{
    /// <summary>Starts watching one streamed answer.</summary>
    /// <param name="request">The request.</param>
    /// <returns>A new inspection for one attempt; null when there is nothing to watch for this request.</returns>
    IStreamInspection? Inspect(RoutingRequest request);

    /// <summary>Gets whether the same model is asked once more after this validator stopped its stream.</summary>
    /// <value>Default false: the next model is asked. With true the model is told the inspection's reason and nothing else.</value>
    bool RepairsStoppedStreams => false;
}
