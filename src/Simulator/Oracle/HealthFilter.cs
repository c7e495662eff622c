using System.Numerics;
using Jianwei.Simulator.Events;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>
/// The exact forward filter (Rabiner 1989) over one company's own health and growth, given the paths of the common factors. At the
/// end of month t the likelihood of a month s is that of what had been delivered by then: Poisson counts thinned by the visible share.
/// After three months a month is complete, so the belief of month t − 3 is kept and the three months since are gone through anew.
/// </summary>
/// <remarks>Used by one thread.</remarks>
public sealed class HealthFilter
{
    private readonly OracleModel model;
    private readonly Company company;
    private readonly Life life;
    private readonly Sight sight;
    private readonly List<Occurrence>[] byMonth;
    private readonly double[] exposures;
    private readonly float[] settled;
    private readonly float[] belief;
    private readonly float[] scratch;
    private int settledMonth = -1;

    /// <param name="model">Tables.</param>
    /// <param name="company">Public attributes.</param>
    /// <param name="life">Of which only the drops are read: they follow from defaults that are known by the end of their month.</param>
    /// <param name="occurrences">What was drawn; each is looked at from its delivery on.</param>
    /// <param name="sight">What the observer reads of it.</param>
    public HealthFilter(OracleModel model, Company company, Life life, IEnumerable<Occurrence> occurrences, Sight sight)
    {
        (this.model, this.company, this.life, this.sight) = (model, company, life, sight);
        byMonth = [.. Enumerable.Range(0, model.World.Calendar.Months).Select(_ => new List<Occurrence>())];
        foreach (var occurrence in occurrences)
        {
            byMonth[occurrence.Month].Add(occurrence);
        }

        exposures = [.. Enumerable.Range(0, Feeds.Count).Select(feed => Feeds.Exposure((Feed)feed, company.HeadCount))];
        settled = new float[2 * model.Grid.Nodes];
        belief = new float[2 * model.Grid.Nodes];
        scratch = new float[2 * model.Grid.Nodes];
    }

    /// <summary>Belief at the end of the month of <see cref="Advance"/>; 2 × nodes, sums to 1.</summary>
    public ReadOnlySpan<float> Belief => belief;

    /// <summary>Goes on to the end of a month, given that the company is alive then. Months are taken in order, from 0.</summary>
    public void Advance(int month)
    {
        if (month - Visibility.Months > settledMonth)
        {
            settledMonth++;
            Step(settled, settledMonth, month);
        }

        settled.CopyTo(belief, 0);
        for (var s = settledMonth + 1; s <= month; s++)
        {
            Step(belief, s, month);
        }
    }

    // One month forward, with what of it is known at the end of another month.
    private void Step(float[] state, int month, int knownAt)
    {
        if (month == 0)
        {
            model.Start.CopyTo(state, 0);
        }
        else
        {
            model.Grid.Move(state, scratch, life.Drops[month]);
            Mix(scratch, state);
        }

        var tables = model.Tables(company.Sector, month);
        var likelihood = scratch.AsSpan();
        likelihood.Clear();
        if (sight.HasFlag(Sight.Tabular))
        {
            Silence(likelihood, tables, month, knownAt);
        }

        foreach (var occurrence in byMonth[month])
        {
            if (occurrence.Observed <= model.World.Calendar.EndOf(knownAt))
            {
                See(likelihood, tables, occurrence);
            }
        }

        Update(state, likelihood, tables.Survival);
    }

    private void Mix(float[] moved, float[] state)
    {
        var nodes = model.Grid.Nodes;
        var (begins, ends) = ((float)model.World.Growth.Begins, (float)model.World.Growth.Ends);
        for (var i = 0; i < nodes; i++)
        {
            var (shrinking, growing) = (moved[i], moved[nodes + i]);
            state[i] = ((1 - begins) * shrinking) + (ends * growing);
            state[nodes + i] = (begins * shrinking) + ((1 - ends) * growing);
        }
    }

    // Logarithm of P(no event that is not listed): minus the expected number seen by then.
    private void Silence(Span<float> likelihood, MonthTables tables, int month, int knownAt)
    {
        for (var feed = 0; feed < Feeds.Count; feed++)
        {
            var expected = exposures[feed] * model.World.Calendar.YearsOf(month) * model.Visibility.Of((Feed)feed, month, knownAt - month);
            Add(likelihood, tables.FeedRates[feed], (float)-expected);
        }
    }

    private void See(Span<float> likelihood, MonthTables tables, Occurrence occurrence)
    {
        var spec = occurrence.Spec;
        if (sight.HasFlag(Sight.Tabular) && spec.ARate > 0)
        {
            Add(likelihood, tables.LogRates[(int)spec.Kind], 1);
            if (spec.Amount is { } amount)
            {
                SeeAmount(likelihood, tables.Visible, amount, occurrence.Surprise);
            }
        }

        var place = 0;
        foreach (var choice in WordChoices.Of(spec.Wording))
        {
            var needed = WordChoices.All[choice].Interaction == 0 ? Sight.DirectWords : Sight.InteractionWords;
            if (sight.HasFlag(needed))
            {
                Add(likelihood, occurrence.Says(place) ? tables.LogYes[choice] : tables.LogNo[choice], 1);
            }

            place++;
        }
    }

    private void SeeAmount(Span<float> likelihood, float[] visible, AmountLaw law, double surprise)
    {
        var slope = model.World.Options.TabularStrength * law.Health;
        for (var i = 0; i < visible.Length; i++)
        {
            var deviation = (surprise - (slope * visible[i])) / law.Spread;
            var log = (float)(-0.5 * deviation * deviation);
            likelihood[i] += log;
            likelihood[visible.Length + i] += log;
        }
    }

    private static void Add(Span<float> sum, float[] values, float weight)
    {
        var factor = new Vector<float>(weight);
        for (var i = 0; i < values.Length; i += Vector<float>.Count)
        {
            Vector.FusedMultiplyAdd(factor, new Vector<float>(values, i), new Vector<float>(sum[i..])).CopyTo(sum[i..]);
        }
    }

    // Bayes: times the likelihood (scaled so that its largest is 1) and the survival, then to sum 1.
    private static void Update(float[] state, ReadOnlySpan<float> likelihood, float[] survival)
    {
        var most = new Vector<float>(float.NegativeInfinity);
        for (var i = 0; i < state.Length; i += Vector<float>.Count)
        {
            most = Vector.Max(most, new Vector<float>(likelihood[i..]));
        }

        var top = most[0];
        for (var i = 1; i < Vector<float>.Count; i++)
        {
            top = Math.Max(top, most[i]);
        }

        var (sum, shift) = (Vector<float>.Zero, new Vector<float>(top));
        for (var i = 0; i < state.Length; i += Vector<float>.Count)
        {
            var value = new Vector<float>(state, i) * new Vector<float>(survival, i)
                * Vector.Exp(new Vector<float>(likelihood[i..]) - shift);
            value.CopyTo(state, i);
            sum += value;
        }

        var scale = new Vector<float>(1 / Vector.Sum(sum));
        for (var i = 0; i < state.Length; i += Vector<float>.Count)
        {
            (new Vector<float>(state, i) * scale).CopyTo(state, i);
        }
    }
}
