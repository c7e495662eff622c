namespace Jianwei.Featurizer.Export;

/// <summary>When a row is written.</summary>
public enum ExportAt
{
    /// <summary>At the start of every month (UTC) for every company that is known and has not ended.</summary>
    Monthly,

    /// <summary>At every lay-off or closure notice, right after it.</summary>
    Notice,
}
