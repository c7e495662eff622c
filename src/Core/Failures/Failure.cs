namespace Jianwei.Core.Failures;

/// <summary>The three kinds of failure (architecture, decision 12).</summary>
public enum FailureKind
{
    /// <summary>May pass by itself: back off and try the same again.</summary>
    Retryable,

    /// <summary>This record can never succeed: dead-letter it and advance.</summary>
    Poison,

    /// <summary>Neither waiting nor stepping over helps: stop the process with a sentence.</summary>
    Fatal,
}
