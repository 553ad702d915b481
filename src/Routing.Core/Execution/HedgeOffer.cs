namespace LlmRouting.Execution;

/// <summary>Is where a hedge would go, while nothing has been done about it.</summary>
/// <param name="Target">Where.</param>
/// <param name="Cursor">The walk's place behind it.</param>
/// <param name="Version">The version of the walk's place that the offer is good for.</param>
/// <param name="PassedOver">The endpoints on the way that are not well; null when there are none.</param>
internal readonly record struct HedgeOffer(RouteTarget Target, EndpointCursor Cursor, int Version, List<RouteTarget>? PassedOver);
