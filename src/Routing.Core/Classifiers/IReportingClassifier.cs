namespace LlmRouting.Classifiers;

/// <summary>Is a classifier that says in the record how it comes by its answers, such as on which device.</summary>
internal interface IReportingClassifier : IRequestClassifier
{
    /// <summary>Gets a constant text, never a part of a request; empty when there is nothing to say.</summary>
    string Report { get; }
}
