using System.ComponentModel.DataAnnotations;

namespace Jianwei.Ingest;

/// <summary>Section <c>Ingest</c>.</summary>
public sealed class IngestOptions
{
    /// <summary>Largest raw message in bytes; a larger one becomes a dead letter <c>too_large</c>.</summary>
    [Range(1_024, 64 * 1024 * 1024, ErrorMessage = "Ingest:MessageSizeLimit must be from 1,024 to 67,108,864 bytes")]
    public int MessageSizeLimit { get; set; } = 1024 * 1024;

    /// <summary>Most company identifiers that are remembered in this process, about 200 bytes each.</summary>
    [Range(1_000, 100_000_000, ErrorMessage = "Ingest:IdentifierCacheLimit must be from 1,000 to 100,000,000")]
    public int IdentifierCacheLimit { get; set; } = 1_000_000;

    /// <summary>
    /// How far ahead of this machine's clock an observation may be; what is later becomes a dead letter <c>bad_time</c>. The Featurizer
    /// takes at most two days, counted from the time when the event was sent.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "Ingest:ObservedAheadLimit must be from 00:00:00 to 1.00:00:00")]
    public TimeSpan ObservedAheadLimit { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often aliases that were added elsewhere are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = "Ingest:AliasRefreshInterval must be from 00:00:00.1 to 01:00:00")]
    public TimeSpan AliasRefreshInterval { get; set; } = TimeSpan.FromSeconds(2);
}
