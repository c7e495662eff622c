using System.Collections.Concurrent;

namespace Jianwei.Core.Telemetry;

/// <summary>What a stage is doing.</summary>
public enum StageState
{
    Starting,
    Running,
    Retrying,
    Stopped,
}

/// <summary>A stage's state with the sentence that explains it.</summary>
public readonly record struct StageStatus(StageState State, string Sentence);

/// <summary>The state of each stage in this process; <c>/ready</c> answers from it.</summary>
public sealed class StageHealth
{
    private readonly ConcurrentDictionary<string, StageStatus> stages = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, StageStatus> Stages => stages;

    /// <summary>True when every stage runs.</summary>
    public bool Ready => stages.Values.All(s => s.State == StageState.Running);

    /// <summary>Sets a stage's state; true when that is a change.</summary>
    public bool Set(string stage, StageState state, string sentence = "")
    {
        var next = new StageStatus(state, sentence);
        var changed = !stages.TryGetValue(stage, out var before) || before.State != state;
        stages[stage] = next;
        return changed;
    }
}
