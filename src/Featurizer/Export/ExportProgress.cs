namespace Jianwei.Featurizer.Export;

/// <summary>How far an export is.</summary>
public readonly record struct ExportProgress(long Events, long Rows);
