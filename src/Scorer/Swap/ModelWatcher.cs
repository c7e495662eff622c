using Jianwei.Core.Failures;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer.Swap;

/// <summary>
/// Keeps the slot at the version that is wanted: loads the first before the stage starts, then looks at CURRENT every two
/// seconds and loads what is new there. A version that does not load is logged once; what serves keeps serving.
/// </summary>
public sealed partial class ModelWatcher : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly ModelStore _store;
    private readonly ModelSlot _slot;
    private readonly InferenceDevice _device;
    private readonly string _selector;
    private readonly TimeProvider _time;
    private readonly ILogger<ModelWatcher> _log;

    private FeatureContract? _contract;
    private string? _attempted; // the last version tried, with its manifest's time, or the last sentence logged

    public ModelWatcher(
        ModelStore store, ModelSlot slot, InferenceDevice device, IOptions<ScorerOptions> options, TimeProvider time,
        ILogger<ModelWatcher> log, FeatureContract? contract = null)
    {
        (_store, _slot, _device, _time, _log, _contract) = (store, slot, device, time, log, contract);
        _selector = options.Value.Model;
    }

    /// <summary>Loads the first model.</summary>
    /// <exception cref="OptionsValidationException">The setting means no package; the message names those that there are.</exception>
    /// <exception cref="FatalException">The package cannot be loaded; the message says what was tried.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var first = First();
        try
        {
            Serve(_store.Load(first, _contract, _device));
        }
        catch (ModelRefusedException e)
        {
            throw new FatalException(
                $"the Scorer has no model: Scorer:Model '{_selector}' in Models:Directory '{_store.Root}': {e.Message}", e);
        }

        return base.StartAsync(cancellationToken);
    }

    /// <summary>One look: loads what is new, ends shadows that are over.</summary>
    internal void Look()
    {
        try
        {
            LoadWanted(_store.Resolve(_selector));
        }
        catch (Exception e)
        {
            // Whatever is wrong with a new version, the old one serves.
            Refuse(e.Message);
        }

        _slot.Advance();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    private ModelId First()
    {
        try
        {
            return _store.Resolve(_selector);
        }
        catch (ModelRefusedException e)
        {
            throw new OptionsValidationException(
                nameof(ScorerOptions), typeof(ScorerOptions),
                [$"Scorer:Model '{_selector}' in Models:Directory '{_store.Root}': {e.Message}"]);
        }
    }

    private void Serve(ModelPackage first)
    {
        // With no catalogue to hold models to, the first one's is what the stage stays with.
        _contract ??= new FeatureContract(first.Manifest.Catalogue, first.Manifest.FeatureCount);
        _slot.Serve(first);
        LogServing(first.Manifest.Id, _device.Name, _slot.Lanes, _device.Why);
    }

    private void LoadWanted(ModelId id)
    {
        if (id.ToString() == _slot.ServingId)
        {
            _attempted = null;
            _slot.Withdraw();
            return;
        }

        var stamp = $"{id} of {File.GetLastWriteTimeUtc(Path.Combine(_store.DirectoryOf(id), PackageFiles.ManifestName)):O}";
        if (stamp != _attempted)
        {
            _attempted = stamp;
            Load(id);
        }
    }

    private void Load(ModelId id)
    {
        try
        {
            _slot.Offer(_store.Load(id, _contract, _device));
        }
        catch (ModelRefusedException e)
        {
            LogRefused(id.ToString(), e.Message, _slot.ServingId);
        }
    }

    private void Refuse(string sentence)
    {
        if (sentence != _attempted)
        {
            _attempted = sentence;
            LogRefused(_selector, sentence, _slot.ServingId);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "model {Model} serves on {Device}, lanes: {Lanes}; {Why}")]
    private partial void LogServing(string model, string device, int lanes, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "model {Model} is refused: {Problem}; {Serving} keeps serving")]
    private partial void LogRefused(string model, string problem, string? serving);
}
