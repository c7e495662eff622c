namespace Jianwei.Ingest.Replay;

/// <summary>One message that a line of a file makes, or why the line makes none.</summary>
/// <param name="Line">Line of the file, from 1.</param>
/// <param name="Observed">Stream time; null where the line has none, then it keeps its place in the file.</param>
/// <param name="Topic">Raw topic without prefix.</param>
/// <param name="Key">The message's key, <c>SCHEME:ID</c>.</param>
/// <param name="Value">The message.</param>
/// <param name="Refusal">Why there is no message; null where there is one.</param>
public readonly record struct ReplayRow(long Line, DateTimeOffset? Observed, string Topic, string Key, byte[] Value, string? Refusal = null)
{
    public static ReplayRow Refused(long line, string reason) => new(line, null, "", "", [], reason);
}
