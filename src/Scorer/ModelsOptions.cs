using System.ComponentModel.DataAnnotations;

namespace Jianwei.Scorer;

/// <summary>Section <c>Models</c>.</summary>
public sealed class ModelsOptions
{
    /// <summary>Folder of <c>name/version</c> packages.</summary>
    [Required(ErrorMessage = "a folder of NAME/VERSION packages")]
    public string Directory { get; set; } = "models";
}
