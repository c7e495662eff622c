using System.Text;
using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Core.Text;
using Jianwei.Tokenizer.Documents;

namespace Jianwei.Featurizer.Export;

/// <summary>
/// The files of an export, written beside their place and moved there when complete: a reader finds a whole export or none.
/// What an interrupted export has saved of its features and tokens is kept by the next one of the same.
/// </summary>
public sealed class ExportFolder : IDisposable
{
    private const string ManifestName = "manifest.json";
    private const string FeaturesName = "features.npy";
    private const string GuardName = "lock";

    private readonly string folder;
    private readonly string partial;
    private readonly NpyFile<float> features;
    private readonly NpyFile<sbyte> labels;
    private readonly NpyFile<sbyte> censored;
    private readonly NpyFile<sbyte> quarters;
    private readonly NpyFile<long> asOf;
    private readonly NpyFile<long> lastEvents;
    private readonly EventArrays events;
    private readonly DocumentArrays? documents;
    private readonly StreamWriter companies;
    private readonly FileStream guard;
    private readonly long saveEvery;
    private readonly ExportJournal kept;
    private ExportJournal saved;
    private bool complete;

    /// <param name="folder">Where the export will be.</param>
    /// <param name="catalogue">Names the columns of the features.</param>
    /// <param name="texts">How texts become tokens; null leaves documents out.</param>
    /// <param name="of">Whatever decides the bytes of the export besides its log.</param>
    /// <param name="saveEvery">Rows after which what there is is saved.</param>
    /// <exception cref="IOException">The folder holds something that is not an export, or another process writes it.</exception>
    public ExportFolder(
        string folder, FeatureCatalogue catalogue, DocumentEncoder? texts = null, string of = "", long saveEvery = long.MaxValue)
    {
        this.saveEvery = saveEvery;
        this.folder = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar);
        partial = this.folder + ".partial";
        string[] marks = [ManifestName, FeaturesName];      // a simulation and a model have a manifest, too
        if (Directory.Exists(this.folder) && Directory.EnumerateFileSystemEntries(this.folder).Any()
            && marks.FirstOrDefault(name => !File.Exists(Path.Combine(this.folder, name))) is { } missing)
        {
            throw new IOException(
                $"{this.folder} holds files but no {missing}, so it is not an export and is not replaced; choose another folder");
        }

        Directory.CreateDirectory(partial);
        guard = Guard();
        kept = saved = Usable(ExportJournal.Read(partial, of), catalogue.Count);
        Clear();
        features = new(In(FeaturesName), catalogue.Count, kept.Rows);
        labels = new(In("label.npy"));
        censored = new(In("censored.npy"));
        quarters = new(In("event_quarter.npy"));
        asOf = new(In("as_of.npy"));
        lastEvents = new(In("event_last.npy"));
        events = new(partial);
        documents = texts is null ? null : new(partial, texts, kept);
        companies = new(In("company.txt"), append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
    }

    public long Rows => labels.Rows;

    /// <summary>Rows that an interrupted export left.</summary>
    public long Kept => kept.Rows;

    /// <summary>Whether the features of the next row are to be computed; else they are there already.</summary>
    public bool NeedsFeatures => Rows >= kept.Rows;

    /// <summary>Events so far.</summary>
    public long Events => events.Count;

    /// <summary>Different texts so far.</summary>
    public int Documents => documents?.Count ?? 0;

    /// <summary>Tokens of all of them.</summary>
    public long Tokens => documents?.Tokens ?? 0;

    /// <inheritdoc cref="EventArrays.AddCompany"/>
    public int AddCompany(string id) => events.AddCompany(id);

    /// <inheritdoc cref="EventArrays.Add"/>
    public long AddEvent(int company, CompanyEvent e) => events.Add(company, e);

    /// <summary>Adds a row with label 0; returns its number.</summary>
    /// <param name="company">Canonical id.</param>
    /// <param name="at">As-of.</param>
    /// <param name="vector">Features.</param>
    /// <param name="lastEvent">Number of the company's newest event that the row has seen, or -1.</param>
    /// <param name="text">The company's text; ignored where documents are left out.</param>
    /// <param name="textHash">Of the text; 0 where there is none.</param>
    /// <param name="log">Digest of the events that have been read.</param>
    /// <exception cref="InvalidDataException">The log is not the one that the kept rows are of.</exception>
    public long Append(string company, uint at, ReadOnlySpan<float> vector, long lastEvent, CompanyText text, ulong textHash, ulong log)
    {
        var row = Rows;
        if (NeedsFeatures)
        {
            features.Append(vector);
        }

        labels.Append([0]);
        censored.Append([0]);
        quarters.Append([-1]);
        asOf.Append([at]);
        lastEvents.Append([lastEvent]);
        documents?.Append(text, textHash);
        companies.WriteLine(company);
        if (Rows == kept.Rows && (log != kept.Log || Documents != kept.Documents))
        {
            throw Stranger();
        }

        if (Rows >= saved.Rows + saveEvery)
        {
            Save(log);
        }

        return row;
    }

    /// <summary>The outcome was seen within the row's horizon, in this quarter of it.</summary>
    public void SetPositive(long row, int quarter)
    {
        labels.Set(row, 1);
        quarters.Set(row, (sbyte)quarter);
    }

    /// <summary>The row's horizon ends after the data.</summary>
    public void SetCensored(long row) => censored.Set(row, 1);

    /// <summary>Writes the manifest and puts the export in its place.</summary>
    /// <exception cref="InvalidDataException">The log is not the one that the kept rows are of.</exception>
    public void Complete(ExportManifest manifest)
    {
        if (Rows < kept.Rows)
        {
            throw Stranger();
        }

        foreach (var file in (INpyFile[])[features, labels, censored, quarters, asOf, lastEvents])
        {
            file.Complete();
        }

        events.Complete();
        documents?.Complete();
        Close();
        File.WriteAllBytes(In(ManifestName), manifest.ToJson());
        File.Delete(In(ExportJournal.FileName));
        File.Delete(In(GuardName));
        Delete(folder);
        Directory.Move(partial, folder);
        complete = true;
    }

    public void Dispose()
    {
        Close();
        if (!complete && saved.Rows == 0)
        {
            Delete(partial);
        }
    }

    private void Save(ulong log)
    {
        features.Save();
        documents?.Save();
        saved = saved with { Rows = Rows, Documents = Documents, Tokens = Tokens, Log = log };
        saved.Write(partial);
    }

    // Also forgets what was kept: the next run begins anew.
    private InvalidDataException Stranger()
    {
        saved = ExportJournal.Nothing(saved.Of);
        return new($"{partial} holds the beginning of an export of another log and is removed; run the same command again");
    }

    private ExportJournal Usable(ExportJournal journal, int width)
    {
        (string Name, long Bytes)[] needed = [(FeaturesName, journal.Rows * width * sizeof(float)), .. DocumentArrays.Needed(journal)];
        return needed.All(n => n.Bytes == 0 || (new FileInfo(In(n.Name)) is { Exists: true } file && file.Length >= n.Bytes))
            ? journal
            : ExportJournal.Nothing(journal.Of);
    }

    private FileStream Guard()
    {
        try
        {
            return new(In(GuardName), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException e) when (e is not FileNotFoundException and not DirectoryNotFoundException)
        {
            throw new IOException($"{partial} is being written by another export: {e.Message}", e);
        }
    }

    // Cheap files are made anew; expensive ones are too where nothing is kept.
    private void Clear()
    {
        string[] stay = [GuardName, .. kept.Rows > 0
            ? [ExportJournal.FileName, FeaturesName, .. DocumentArrays.Needed(kept).Select(n => n.Name)]
            : (string[])[]];
        foreach (var file in new DirectoryInfo(partial).EnumerateFiles().Where(f => !stay.Contains(f.Name)))
        {
            file.Delete();
        }
    }

    private void Close()
    {
        foreach (var file in (IDisposable?[])[features, labels, censored, quarters, asOf, lastEvents, events, documents, companies, guard])
        {
            file?.Dispose();
        }
    }

    private string In(string name) => Path.Combine(partial, name);

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
