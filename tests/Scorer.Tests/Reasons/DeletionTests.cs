using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Core.Models;
using Jianwei.Core.Reasons;
using Jianwei.Core.Text;
using Jianwei.Scorer.Fixtures;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Servers;

namespace Jianwei.Scorer.Reasons;

/// <summary>
/// Reasons are worth reading: taking back the few that speak most for the shift moves the log-odds back further than taking back as many
/// others, on average over many shifts.
/// </summary>
public sealed class DeletionTests(ITestOutputHelper output)
{
    private const int Cases = 60;
    private const int RandomSets = 10;

    private static readonly string[] Chinese =
    [
        "因未履行生效法律文书确定的义务,被列为失信被执行人。", "公司中标市政道路改造工程,合同金额三千万元。", "拖欠工人工资,劳动仲裁裁决限期支付。", "股权被质押。现金流紧张。", "招聘销售经理,薪资面议。",
        "诚聘催收专员和法务主管,处理应收账款。", "经营范围:机械设备销售;技术服务。", "法院裁定受理破产清算申请。债权人应当申报债权。", "获得高新技术企业认定。", "年度报告未按期公示。",
    ];

    private static readonly string[] Letters =
    [
        "judgment against it. enforcement follows.", "we hire a seller.", "tender won. growth.",
        "zz zz zz. qq qq.", "pledge of shares. late.", "a b c d e f."
    ];

    [Fact]
    public void FusedModel_TopReasonsMoveItBackFurtherThanOthers()
    {
        using var models = new FusedModels();
        using var package = models.Load("1");
        var random = new Random(1);

        Check(package, FusedPackage.Catalogue, () => Requests.Features(random.Next()), Letters, random);
    }

    /// <summary>On the shipped packages; states are their golden inputs.</summary>
    [Theory]
    [InlineData("warn-closure")]
    [InlineData("sim-default")]
    public void ShippedModel_TopReasonsMoveItBackFurtherThanOthers(string name)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Repository.Root, "models", name)), $"there is no models/{name} yet");
        var catalogue = FeatureCatalogue.Load(Path.Combine(Repository.Root, "schemas/features/catalogue.json"));
        var store = new ModelStore(Path.Combine(Repository.Root, "models"));
        using var package = store.Load(store.Resolve(name), new(catalogue.Hash, catalogue.Count), InferenceDevice.Cpu());
        var states = GoldenInputs.Parse(File.ReadAllBytes(Path.Combine(package.Directory, package.Manifest.Golden))).Inputs;
        var random = new Random(2);

        Check(package, catalogue, () => states[random.Next(states.Count)], Chinese, random);
    }

    private void Check(ModelPackage package, FeatureCatalogue catalogue, Func<float[]> state, string[] sentences, Random random)
    {
        var (top, others, counts) = (new double[3], new double[3], new int[3]);
        for (var i = 0; i < Cases; i++)
        {
            var game = Game(package, catalogue, state(), state(), Text(sentences, random), Text(sentences, random));
            var plan = ShapleyPlan.Of(game.Players, game.TextCount, seed: i);
            var scores = game.Score(plan.Coalitions);
            var values = plan.Values(scores);
            var direction = scores.Length < 2 ? 0 : Math.Sign(scores[1] - scores[0]);
            int[] ranked = [.. Enumerable.Range(0, game.Players).OrderByDescending(p => values[p] * direction)];
            for (var k = 0; k < Math.Min(top.Length, game.Players - 1); k++)
            {
                counts[k]++;
                top[k] += Back(game, ranked.Take(k + 1), scores[1], direction);
                for (var set = 0; set < RandomSets; set++)
                {
                    var drawn = ranked.ToArray();
                    random.Shuffle(drawn);
                    others[k] += Back(game, drawn.Take(k + 1), scores[1], direction) / RandomSets;
                }
            }
        }

        (top, others) = (Means(top, counts), Means(others, counts));
        output.WriteLine(
            $"log-odds moved back by the top 1, 2, 3 reasons: {Shown(top)}; by random ones: {Shown(others)}; shifts: {string.Join(' ', counts)}");
        Assert.All(
            top.Zip(others).Where((_, k) => counts[k] > 0),
            t => Assert.True(t.First > 1.2 * t.Second && t.First > 0, $"top reasons {Shown(top)}, random ones {Shown(others)}"));
    }

    // How far the shift goes back when these players are as before.
    private static double Back(ShiftGame game, IEnumerable<int> players, double everybody, int direction) =>
        (everybody - game.Score([players.Aggregate((1UL << game.Players) - 1, (set, p) => set & ~(1UL << p))])[0]) * direction;

    private static ShiftGame Game(
        ModelPackage package, FeatureCatalogue catalogue, float[] before, float[] after, CompanyText old, CompanyText fresh) =>
        new(package, new("c", 0, 1, package.Manifest.Id, catalogue, new(Requests.Bytes(before), 0, ""), new(Requests.Bytes(after), 0, "")),
            package.TextEncoder is null ? null : new TextPlayers(old, fresh), null);

    private static CompanyText Text(string[] sentences, Random random)
    {
        var text = new CompanyText();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            text.Apply(
                new((TextSegment)random.Next(3), $"{random.Next(6)}", sentences[random.Next(sentences.Length)]), (uint)random.Next(100));
        }

        return text;
    }

    private static double[] Means(double[] sums, int[] counts) => [.. sums.Zip(counts, (sum, count) => count == 0 ? 0 : sum / count)];

    private static string Shown(double[] values) => string.Join(" ", values.Select(v => $"{v:0.000}"));
}
