using Jianwei.Core.Contracts;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Windows;
using Jianwei.Tokenizer.Documents;

namespace Jianwei.Featurizer.Export;

/// <summary>
/// Replays a log of events through the state that serving keeps, and writes the vectors that serving would have scored, each
/// with what became of the company afterwards. A row holds nothing that was observed after its as-of; its label holds nothing else.
/// An instance writes one export.
/// </summary>
/// <remarks>
/// Memory grows with companies and with the rows inside one horizon, not with all rows. Rows are in the order in which they
/// become known, which is not the order of time: a month's row is written when the company's next event, or the end, comes.
/// </remarks>
public sealed class TrainingExport(FeaturePlan plan, ExportSettings settings)
{
    // How long a row waits, past its horizon, for outcomes that the log brings out of order.
    private const uint Grace = 30 * Days.Seconds;

    // How many events of a company a model of sequences looks back on.
    private const int SequenceLength = 64;

    private readonly IReadOnlySet<EventType> targets = settings.TargetTypes();
    private readonly uint horizon = (uint)settings.HorizonDays * Days.Seconds;
    private readonly Dictionary<string, CompanyHistory> companies = new(StringComparer.Ordinal);
    private readonly FeatureReader reader = new(plan);
    private readonly float[] vector = new float[plan.Catalogue.Count];
    private long sequence;
    private long applied;
    private long positive;
    private long censored;
    private uint firstAsOf = uint.MaxValue;
    private uint lastAsOf;
    private uint dataEnd;
    private ulong log; // digest of what has been read

    /// <summary>
    /// Reads the log to its end and writes the folder. After an interruption the log is read again, but the features and
    /// tokens that had been saved are not computed again; the bytes are those of an export that was not interrupted.
    /// </summary>
    /// <param name="events">Each company's events in the order of its log.</param>
    /// <param name="progress">Told of every 10,000th event and of the end.</param>
    /// <param name="cancellation">
    /// Leaves no export behind, but what the next run goes on with: the folder's name with <c>.partial</c>.
    /// </param>
    /// <exception cref="IOException">The folder cannot be written, or holds something else.</exception>
    /// <exception cref="InvalidDataException">What an interrupted export left is of another log, or there is no row.</exception>
    public async Task<ExportManifest> WriteAsync(
        IAsyncEnumerable<CompanyEvent> events, IProgress<ExportProgress>? progress, CancellationToken cancellation)
    {
        using var folder = new ExportFolder(settings.Folder, plan.Catalogue, settings.Texts, Of, settings.SaveEvery);
        var read = 0L;
        await foreach (var e in events.WithCancellation(cancellation))
        {
            log = LogDigest.After(log, e);
            Add(e, folder);
            if (++read % 10_000 == 0)
            {
                progress?.Report(new(read, folder.Rows, folder.Kept));
            }
        }

        foreach (var history in companies.Values)
        {
            Months(history, dataEnd, folder);
            Close(history, long.MaxValue, folder);
        }

        progress?.Report(new(read, folder.Rows, folder.Kept));
        if (folder.Rows == 0)
        {
            throw new InvalidDataException(
                $"{read:N0} events give no row, and {settings.Folder} stays as it is: rows are written at the end of each month from a company's first event on "
                + "(--at monthly), or after a lay-off notice (--at notice)");
        }

        var manifest = Manifest(folder);
        folder.Complete(manifest);
        return manifest;
    }

    // With the program itself: another build may compute other features.
    private string Of => string.Join('|',
        plan.Catalogue.Hash, settings.Target, settings.HorizonDays, settings.At, settings.Source, settings.Texts?.Tokenizer.Hash,
        typeof(TrainingExport).Module.ModuleVersionId, typeof(CompanyEvent).Module.ModuleVersionId,
        typeof(DocumentEncoder).Module.ModuleVersionId);

    private void Add(CompanyEvent e, ExportFolder folder)
    {
        var observed = Days.SecondsOf(e.ObservedTime);
        dataEnd = Math.Max(dataEnd, observed);
        if (!companies.TryGetValue(e.CompanyId, out var history))
        {
            companies[e.CompanyId] = history = new(e.CompanyId, folder.AddCompany(e.CompanyId), observed);
        }

        // A month's row sees what was observed up to its start and nothing later: it is due before the first later event.
        Months(history, (long)observed - 1, folder);
        Close(history, (long)observed - Grace, folder);
        if (Apply(e, history) != Applied.Yes)
        {
            return;
        }

        applied++;
        if (e.Type != EventType.Tick)
        {
            history.LastEvent = folder.AddEvent(history.Number, e);
        }

        if (targets.Contains(e.Type))
        {
            history.Outcome(observed, horizon);
        }

        history.Note(e.Type);
        if (settings.At == ExportAt.Notice && e.Type is EventType.FilingLayOffNotice or EventType.FilingClosureNotice)
        {
            Row(history, folder);
        }
    }

    private Applied Apply(CompanyEvent e, CompanyHistory history) => settings.Texts is null
        ? history.State.Apply(e, 0, sequence++)
        : StateLog.Apply(e, 0, sequence++, history.State, history.Text);

    private void Months(CompanyHistory history, long through, ExportFolder folder)
    {
        for (; settings.At == ExportAt.Monthly && history.NextMonth <= through; history.MonthDone())
        {
            if (history.State.Version > 0 && !history.Ended)
            {
                history.State.Apply(TickAt(history), 0, sequence++);
                Row(history, folder);
            }
        }
    }

    // What the sweeper would have sent: it moves stream time to the start of the month.
    private static CompanyEvent TickAt(CompanyHistory history)
    {
        var time = Days.TimeOf(history.NextMonth);
        return new()
        {
            EventId = "0000000000000000", CompanyId = history.Company, Type = EventType.Tick,
            EventTime = time, ObservedTime = time, Source = "export", SourceEventId = "tick",
        };
    }

    private void Row(CompanyHistory history, ExportFolder folder)
    {
        if (folder.NeedsFeatures)
        {
            reader.Read(history.State, vector);
        }

        var at = history.State.StreamTime;
        history.Opened(folder.Append(history.Company, at, vector, history.LastEvent, history.Text, history.State.TextHash, log));
        firstAsOf = Math.Min(firstAsOf, at);
        lastAsOf = Math.Max(lastAsOf, at);
    }

    private void Close(CompanyHistory history, long before, ExportFolder folder)
    {
        while (history.TryClose(before, horizon, out var row))
        {
            Label(row, folder);
        }
    }

    private void Label(OpenRow row, ExportFolder folder)
    {
        var known = row.AsOf + (long)horizon <= dataEnd;
        if (row.Positive)
        {
            folder.SetPositive(row.Row, (int)Math.Min(3, (row.Outcome - row.AsOf - 1L) * 4 / horizon));
            positive += known ? 1 : 0;
        }

        if (!known)
        {
            folder.SetCensored(row.Row);
            censored++;
        }
    }

    private ExportManifest Manifest(ExportFolder folder) => new()
    {
        Catalogue = plan.Catalogue.Hash,
        Features = [.. plan.Catalogue.Features.Select(f => new ExportedFeature(f.Name, f.Group))],
        Rows = folder.Rows,
        HorizonDays = settings.HorizonDays,
        Target = settings.Target,
        At = settings.At == ExportAt.Monthly ? "monthly" : "notice",
        Source = settings.Source,
        Events = applied,
        Companies = companies.Count,
        FirstAsOf = folder.Rows == 0 ? null : Days.TimeOf(firstAsOf),
        LastAsOf = folder.Rows == 0 ? null : Days.TimeOf(lastAsOf),
        DataEnd = applied == 0 ? null : Days.TimeOf(dataEnd),
        Positive = positive,
        Censored = censored,
        Tokenizer = settings.Texts is { } texts ? new(texts.Tokenizer.Hash, texts.Tokenizer.Count, DocumentEncoder.MaxTokens) : null,
        Documents = folder.Documents,
        Tokens = folder.Tokens,
        Sequences = new(folder.Events, SequenceLength),
        EventTypes = [.. Enumerable.Range(0, (int)EventTypes.All[^1] + 1).Select(t => EventTypes.Name((EventType)t))],
    };
}
