namespace Jianwei.Featurizer.Export;

/// <summary>How far an export is, and how many of its rows an interrupted one left.</summary>
public readonly record struct ExportProgress(long Events, long Rows, long Kept);
