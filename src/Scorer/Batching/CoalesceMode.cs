namespace Jianwei.Scorer.Batching;

/// <summary>Setting <c>Scorer:Coalesce</c>: which requests of a batch stand for others.</summary>
public enum CoalesceMode
{
    /// <summary>The first of each (company, state version): repeats change nothing, so scores stay a pure function of the log.</summary>
    Exact,

    /// <summary>
    /// The newest state version of each company: fewer scores under load, and alerts come to depend on timing. Requests of
    /// outcomes are all scored.
    /// </summary>
    Latest,
}
