namespace Jianwei.App.Hosting;

/// <summary>Which stages a process runs.</summary>
[Flags]
internal enum Roles
{
    None = 0,
    Ingest = 1,
    Featurizer = 2,
    Scorer = 4,
    Alerts = 8,
    Sweeper = 16,
    All = Ingest | Featurizer | Scorer | Alerts | Sweeper,
}
