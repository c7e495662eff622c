using System.ComponentModel.DataAnnotations;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;

namespace Jianwei.Scorer;

/// <summary>Section <c>Scorer</c>; its batching is section <c>Scorer:Batching</c>, its shadow <c>Scorer:Shadow</c>.</summary>
public sealed class ScorerOptions
{
    /// <summary>
    /// <c>name</c> (the version in its CURRENT), <c>name/version</c> (pinned), or empty where Models:Directory holds one name.
    /// </summary>
    [RegularExpression("^([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)?)?$",
        ErrorMessage = "NAME, NAME/VERSION, or nothing where Models:Directory holds one name")]
    public string Model { get; set; } = "";

    /// <summary><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    [RegularExpression(DeviceChoice.Pattern, ErrorMessage = "auto, cpu, cuda, cuda:N")]
    public string Device { get; set; } = "auto";

    /// <summary>Threads that share a batch, a part of it each; one a core, at most four, unless set. On CUDA there is one.</summary>
    [Range(1, 64)]
    public int Lanes { get; set; } = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>Threads inside one run of the graph, in each lane.</summary>
    [Range(1, 256)]
    public int Threads { get; set; } = 1;

    /// <summary>Which requests of a batch stand for others: <c>exact</c> or <c>latest</c>.</summary>
    [EnumDataType(typeof(CoalesceMode))]
    public CoalesceMode Coalesce { get; set; } = CoalesceMode.Exact;
}
