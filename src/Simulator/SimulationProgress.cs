namespace Jianwei.Simulator;

/// <summary>Where a simulation stands.</summary>
/// <param name="Phase">What it does, in words.</param>
/// <param name="Done">Companies, or slices of time when it sorts.</param>
/// <param name="Total">Of that many.</param>
/// <param name="Events">Messages so far.</param>
public readonly record struct SimulationProgress(string Phase, int Done, int Total, long Events);
