using System.ComponentModel.DataAnnotations;

namespace Jianwei.Alerts.Models;

/// <summary>Section <c>Models</c>, as far as alerts need it.</summary>
public sealed class ModelOptions
{
    /// <summary>Folder of model packages: <c>DIRECTORY/name/version/manifest.json</c>.</summary>
    [Required]
    public string Directory { get; set; } = "models";
}
