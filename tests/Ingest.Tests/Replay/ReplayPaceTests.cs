using System.IO.Compression;
using System.Text;

namespace Jianwei.Ingest.Replay;

public sealed class ReplayPaceTests
{
    private static readonly DateTimeOffset Day = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Gaps_AreDividedByTheSpeed()
    {
        var pace = new ReplayPace(86_400);
        Assert.Equal(TimeSpan.Zero, pace.Until(Day, TimeSpan.FromSeconds(5)));
        Assert.Equal(TimeSpan.FromSeconds(10), pace.Until(Day.AddDays(10), TimeSpan.FromSeconds(5)));
        Assert.Equal(TimeSpan.FromSeconds(-1), pace.Until(Day.AddDays(10), TimeSpan.FromSeconds(16)));
        Assert.Equal(TimeSpan.Zero, pace.Until(null, TimeSpan.FromSeconds(16)));
    }

    [Fact]
    public void Start_IsTheStreamsTimeAtTheBeginning()
    {
        var pace = new ReplayPace(1, Day);
        Assert.Equal(TimeSpan.FromHours(24), pace.Until(Day.AddDays(1), TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromHours(23), pace.Until(Day.AddDays(1), TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Max_NeverWaits() => Assert.Equal(TimeSpan.Zero, new ReplayPace(null).Until(Day.AddYears(9), TimeSpan.Zero));

    [Theory]
    [InlineData("max", null)]
    [InlineData("1000x", 1000.0)]
    [InlineData("0.5", 0.5)]
    public void Speed_IsRead(string text, double? speed) => Assert.Equal(speed, ReplayOptions.ParseSpeed(text));

    [Theory]
    [InlineData("fast")]
    [InlineData("0")]
    [InlineData("-1x")]
    [InlineData("")]
    public void Speed_ThatIsNoneIsNamed(string text) =>
        Assert.Equal(
            $"speed '{text}' is not allowed: max, or a factor above 0 such as 1000x",
            Assert.Throws<FormatException>(() => ReplayOptions.ParseSpeed(text)).Message);

    [Fact]
    public void Source_IsFormatAndPath()
    {
        var (format, path) = ReplayOptions.ParseSource("warn:a:b.csv");
        Assert.Equal(("warn", "a:b.csv"), (format.Name, path));
        Assert.Equal(
            "'csv' is no format of replay; allowed: ndjson, warn, yc",
            Assert.Throws<FormatException>(() => ReplayOptions.ParseSource("csv:x")).Message);
        Assert.Throws<FormatException>(() => ReplayOptions.ParseSource("samples/warn.csv"));
    }

    [Fact]
    public void File_OutOfOrderIsSortedByObservedTime()
    {
        var folder = Directory.CreateTempSubdirectory("jianwei-replay-");
        try
        {
            var path = Path.Combine(folder.FullName, "mixed.ndjson.gz");
            using (var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
                zip.Write(Encoding.UTF8.GetBytes(string.Join(
                    '\n', Line("a", "2024-01-02"), Line("b", null), "oops", Line("c", "2024-01-01"), Line("d", "2024-01-02"))));

            var file = ReplayFile.Open(new NdjsonFormat(), path, default);

            Assert.True(file.Sorted);
            Assert.Equal(["X-A:c", "X-A:a", "X-A:b", "X-A:d"], file.Rows(default).Select(r => r.Key));
            Assert.Equal((4, 1), (file.Total, file.Refused));
            Assert.StartsWith($"{path}:3: not JSON", Assert.Single(file.Refusals));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void File_ThatIsMissingIsNamed() =>
        Assert.Equal(
            "there is no file /nowhere.csv",
            Assert.Throws<FileNotFoundException>(() => ReplayFile.Open(new WarnFormat(), "/nowhere.csv", default)).Message);

    private static string Line(string id, string? observed) =>
        $$"""{"topic":"filings","company":{"scheme":"X-A","id":"{{id}}"}{{(observed is null ? "" : $",\"observed_time\":\"{observed}\"")}}}""";
}
