using System.ComponentModel.DataAnnotations;

namespace Jianwei.Alerts;

/// <summary>Section <c>Alerts</c>; its parts are <c>Alerts:Shifts</c>, <c>Alerts:Delivery</c> and <c>Alerts:Batching</c>.</summary>
public sealed class AlertsOptions
{
    /// <summary>Companies whose shift state is kept in memory; the row's version guards it. 0 keeps none.</summary>
    [Range(0, 10_000_000)]
    public int StateCacheSize { get; set; } = 100_000;

    /// <summary>Feature groups that an alert names, those that changed most first.</summary>
    [Range(0, 100)]
    public int ChangedGroupsLimit { get; set; } = 5;

    /// <summary>Features that an alert names in each group.</summary>
    [Range(1, 100)]
    public int ChangedFeaturesLimit { get; set; } = 3;

    /// <summary>Reasons that an alert names, the largest first; 0 asks the model for none.</summary>
    [Range(0, 100)]
    public int ReasonsLimit { get; set; } = 6;
}
