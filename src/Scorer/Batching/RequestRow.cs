namespace Jianwei.Scorer.Batching;

/// <summary>
/// One request of a batch: what identifies it, and where in its message stand the values that its score repeats. Those are
/// copied as bytes, never decoded and encoded again.
/// </summary>
internal struct RequestRow
{
    /// <summary>Which record of the stage's batch it came from.</summary>
    public int Source;

    public byte[] Message;
    public string CompanyId;
    public long StateVersion;

    /// <summary>Wall clock at Ingest; default where the request has none.</summary>
    public DateTimeOffset AcceptedTime;

    public Slice CompanyIdJson;
    public Slice CompanyNameJson;
    public Slice AsOfJson;
    public Slice FeaturesJson;
    public Slice TextHashJson;
    public Slice EventJson;
    public Slice AcceptedTimeJson;
}
