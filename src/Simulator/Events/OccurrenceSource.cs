using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Events;

/// <summary>Draws what happens to a company, month by month, from its hidden state of that month and nothing later.</summary>
public sealed class OccurrenceSource(SimulatedWorld world, Outages outages)
{
    private readonly EmissionLaw law = new(world.Options);

    /// <summary>All occurrences up to the company's default or the end of the events, by month, then by time.</summary>
    public List<Occurrence> Draw(Company company, Life life)
    {
        var all = new List<Occurrence>();
        Span<double> exposures = stackalloc double[Feeds.Count];
        for (var feed = 0; feed < Feeds.Count; feed++)
        {
            exposures[feed] = Feeds.Exposure((Feed)feed, company.HeadCount);
        }

        for (var month = 0; month < world.Calendar.Months && month <= life.DefaultMonth; month++)
        {
            DrawMonth(company, life, month, exposures, all);
        }

        return all;
    }

    private void DrawMonth(Company company, Life life, int month, ReadOnlySpan<double> exposures, List<Occurrence> all)
    {
        var calendar = world.Calendar;
        var random = new RandomStream(world.Seed, Purpose.Occurrences, company.Number, month);
        var visible = EmissionLaw.Visible(world.Health(company, life, month));
        var growth = GrowthLaw.Sign(life.Growing[month]);
        var first = all.Count;
        foreach (var spec in EventSpecs.All)
        {
            var count = spec.ARate > 0
                ? random.Poisson(exposures[(int)spec.Feed] * calendar.YearsOf(month) * Math.Exp(law.LogRate(spec, visible, growth)))
                : Calendar.MonthOfYear(month) == company.ReportMonth ? 1 : 0;
            for (; count > 0; count--)
            {
                var time = calendar.Start(month) + (long)(random.Unit() * calendar.LengthOf(month));
                var surprise = spec.Amount is { } amount ? law.AmountMean(amount, visible) + (amount.Spread * random.Normal()) : 0;
                all.Add(new(spec.Kind, month, 0, time, 0, surprise, Words(spec.Wording, visible, growth, ref random)));
            }
        }

        // What a company would have done after its default does not happen.
        all.RemoveAll(o => o.Month == month && month == life.DefaultMonth && o.Time >= life.DefaultTime);
        all.Sort(first, all.Count - first, ByTime);
        for (var i = first; i < all.Count; i++)
        {
            var delivery = new RandomStream(world.Seed, Purpose.Delivery, company.Number, ((long)month << 20) + (i - first));
            var due = all[i].Time + Feeds.Delay(all[i].Spec.Feed).Draw(ref delivery);
            all[i] = all[i] with { Number = i - first, Observed = outages.Deliver(all[i].Spec.Feed, due, ref delivery) };
        }
    }

    private byte Words(Wording wording, double visible, int growth, ref RandomStream random)
    {
        var (bits, place) = (0, 0);
        foreach (var choice in WordChoices.Of(wording))
        {
            var odds = law.LogOdds(WordChoices.All[choice], visible, growth);
            bits |= random.Chance(1 / (1 + Math.Exp(-odds))) ? 1 << place : 0;
            place++;
        }

        return (byte)bits;
    }

    private static readonly Comparer<Occurrence> ByTime = Comparer<Occurrence>.Create(static (a, b) =>
        a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Kind != b.Kind ? a.Kind.CompareTo(b.Kind) : a.Words.CompareTo(b.Words));
}
