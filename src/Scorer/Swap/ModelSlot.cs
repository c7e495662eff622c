using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Texts;
using Jianwei.Scorer.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer.Swap;

/// <summary>
/// Holds the model that serves and, for a while, the one that is to follow it. Models change hands only between leases, so
/// a batch is scored by one model from its first row to its last.
/// </summary>
public sealed partial class ModelSlot(
    IOptions<ScorerOptions> scorer, IOptions<ShadowOptions> limits, TimeProvider time, ILogger<ModelSlot> log,
    TextStore? texts = null) : IDisposable
{
    private readonly Lock _gate = new();

    // All under _gate. A leased model is disposed by nobody: Advance waits for the lease's end.
    private ServedModel? _serving;
    private ServedModel? _offered;
    private Shadow? _shadow;
    private bool _withdrawn;
    private bool _leased;

    /// <summary><c>name/version</c> that serves; null before the first.</summary>
    public string? ServingId
    {
        get
        {
            lock (_gate)
            {
                return _serving?.Id;
            }
        }
    }

    /// <summary>Lanes of the model that serves; 0 before the first.</summary>
    public int Lanes
    {
        get
        {
            lock (_gate)
            {
                return _serving?.Lanes.Count ?? 0;
            }
        }
    }

    /// <summary>The package that serves first, without a shadow.</summary>
    public void Serve(ModelPackage first)
    {
        lock (_gate)
        {
            _serving = new ServedModel(first, scorer.Value.Lanes, texts);
        }
    }

    /// <summary>A verified package that is to follow after its shadow; it takes the place of one offered before.</summary>
    public void Offer(ModelPackage candidate)
    {
        lock (_gate)
        {
            _offered?.Dispose();
            _offered = new ServedModel(candidate, scorer.Value.Lanes, texts);
            Settle();
        }
    }

    /// <summary>What serves is wanted again: a version in shadow is given up.</summary>
    public void Withdraw()
    {
        lock (_gate)
        {
            _withdrawn = true;
            Settle();
        }
    }

    /// <summary>
    /// Ends a shadow that is over, if no batch is being scored. Called now and then, so that a version is swapped in without traffic too.
    /// </summary>
    public void Advance()
    {
        lock (_gate)
        {
            Settle();
        }
    }

    /// <summary>The model for one batch. One lease at a time.</summary>
    /// <exception cref="InvalidOperationException">There is no model, or another lease is open.</exception>
    internal Lease Take()
    {
        lock (_gate)
        {
            Settle();
            if (_serving is null || _leased)
            {
                throw new InvalidOperationException(_leased ? "a batch is being scored" : "no model serves yet");
            }

            _leased = true;
            return new Lease(this, _serving, _shadow);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _offered?.Dispose();
            _shadow?.Candidate.Dispose();
            _serving?.Dispose();
            (_offered, _shadow, _serving) = (null, null, null);
        }
    }

    private void Settle()
    {
        if (_leased)
        {
            return;
        }

        if (_withdrawn || _offered is not null)
        {
            _shadow?.Candidate.Dispose();
            _shadow = null;
        }

        if (_withdrawn)
        {
            _offered?.Dispose();
            (_offered, _withdrawn) = (null, false);
        }

        if (_offered is not null)
        {
            _shadow = new Shadow(_offered, limits.Value, time);
            _offered = null;
            LogShadow(_shadow.Candidate.Id, _serving!.Id, limits.Value.Rows, limits.Value.TimeLimit);
        }

        EndShadow();
    }

    private void EndShadow()
    {
        if (_shadow is not { } shadow || (shadow.Problem is null && !shadow.IsOver))
        {
            return;
        }

        _shadow = null;
        Count(shadow);
        if (shadow.Problem is { } problem)
        {
            shadow.Candidate.Dispose();
            LogRefused(shadow.Candidate.Id, problem, _serving!.Id);
            return;
        }

        var (old, compared) = (_serving!, shadow.Comparison);
        _serving = shadow.Candidate;
        old.Dispose();
        LogSwapped(_serving.Id, old.Id, compared.Rows, compared.Mean, compared.Max);
    }

    private static void Count(Shadow shadow)
    {
        ScorerMetrics.Swaps.Add(1, new KeyValuePair<string, object?>("result", shadow.Problem is null ? "swapped" : "refused"));
        if (shadow.Comparison.Rows > 0)
        {
            ScorerMetrics.ShadowMeanDifference.Record(shadow.Comparison.Mean);
            ScorerMetrics.ShadowMaxDifference.Record(shadow.Comparison.Max);
        }
    }

    private void Return()
    {
        lock (_gate)
        {
            _leased = false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "model {Candidate} runs in shadow beside {Serving} for {Rows} rows or {Limit}")]
    private partial void LogShadow(string candidate, string serving, int rows, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Information, Message =
        "model {Serving} serves now instead of {Old}: over {Rows} rows log-odds differed by {Mean:0.0000} on average and {Max:0.0000} at most")]
    private partial void LogSwapped(string serving, string old, long rows, double mean, double max);

    [LoggerMessage(Level = LogLevel.Warning, Message = "model {Candidate} is refused in shadow: {Problem}; {Serving} keeps serving")]
    private partial void LogRefused(string candidate, string problem, string serving);

    /// <summary>The right to run the serving model and its shadow; ends when disposed.</summary>
    internal readonly struct Lease(ModelSlot slot, ServedModel model, Shadow? shadow) : IDisposable
    {
        public ServedModel Model => model;

        public Shadow? Shadow => shadow;

        public void Dispose() => slot.Return();
    }
}
