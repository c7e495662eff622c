using Jianwei.Simulator.Events;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>
/// Runs the filters of a neighbourhood side by side, because a company's risk needs the belief about those it is tied to.
/// </summary>
public sealed class NeighbourhoodOracle(OracleModel model)
{
    /// <summary>12-month probabilities of default given what an observer had seen, by company and month; 0 after a default.</summary>
    public float[][] Observe(Neighbourhood neighbourhood, Life[] lives, IReadOnlyList<List<Occurrence>> occurrences, Sight sight)
    {
        var companies = neighbourhood.Companies;
        var months = model.World.Calendar.Months;
        var filters = companies.Select((c, i) => new HealthFilter(model, c, lives[i], occurrences[i], sight)).ToArray();
        var found = companies.Select(_ => new float[months]).ToArray();
        var chances = companies.Select(_ => new float[Contagion.Months]).ToArray();
        var marginal = new float[model.Grid.Nodes];
        for (var month = 0; month < months; month++)
        {
            for (var i = 0; i < filters.Length; i++)
            {
                if (!lives[i].AliveAfter(month))
                {
                    Array.Clear(chances[i]);
                    continue;
                }

                filters[i].Advance(month);
                if (neighbourhood.HasDependants[i])
                {
                    Marginal(filters[i].Belief, marginal);
                    Forecast(marginal, companies[i], lives[i], month, chances[i]);
                }
            }

            for (var i = 0; i < filters.Length; i++)
            {
                if (lives[i].AliveAfter(month))
                {
                    Marginal(filters[i].Belief, marginal);
                    found[i][month] = Probability(marginal, companies[i], lives[i], month, chances);
                }
            }
        }

        return found;
    }

    // Growth does not enter the hazard: only its sum is needed from here on.
    private static void Marginal(ReadOnlySpan<float> belief, Span<float> marginal)
    {
        for (var i = 0; i < marginal.Length; i++)
        {
            marginal[i] = belief[i] + belief[marginal.Length + i];
        }
    }

    // A drop that is known to come in the next month is as good as health lower by drop / φ now.
    private void Forecast(float[] marginal, Company company, Life life, int month, float[] chances)
    {
        var tables = model.Tables(company.Sector, month);
        var fall = life.Drops[month + 1] / tables.Curves.Persistence;
        for (var ahead = 1; ahead <= Contagion.Months; ahead++)
        {
            chances[ahead - 1] = fall == 0
                ? Dot(marginal, tables.Chances[ahead - 1])
                : Dot(marginal, [.. tables.Health.Select(z => (float)tables.Curves.In(ahead, z - fall))]);
        }
    }

    private float Probability(float[] marginal, Company company, Life life, int month, float[][] chances)
    {
        var tables = model.Tables(company.Sector, month);
        var fall = life.Drops[month + 1] / tables.Curves.Persistence;
        var probability = fall == 0
            ? Dot(marginal, tables.Probability)
            : Dot(marginal, [.. tables.Health.Select(z => (float)tables.Curves.Within(Calendar.Year, z - fall))]);
        foreach (var link in company.Links)
        {
            for (var ahead = 1; ahead <= Contagion.Months; ahead++)
            {
                if (chances[link.Other][ahead - 1] is > 0 and var chance)
                {
                    probability += chance * (fall == 0
                        ? Dot(marginal, tables.Raises[(int)link.Kind][ahead - 1])
                        : Dot(marginal, [.. tables.Health.Select(z => (float)tables.Curves.Raise(link.Kind, ahead, z - fall))]));
                }
            }
        }

        return Math.Min(probability, 1);
    }

    private static float Dot(float[] a, float[] b)
    {
        var sum = 0f;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>The same given health itself, the neighbours' included.</summary>
    public float[][] Know(Neighbourhood neighbourhood, Life[] lives)
    {
        var companies = neighbourhood.Companies;
        var found = companies.Select(_ => new float[model.World.Calendar.Months]).ToArray();
        var health = new double[companies.Count];
        var alive = new bool[companies.Count];
        for (var month = 0; month < model.World.Calendar.Months; month++)
        {
            for (var i = 0; i < companies.Count; i++)
            {
                alive[i] = lives[i].AliveAfter(month);
                health[i] = alive[i]
                    ? model.World.Health(companies[i], lives[i], month) - (lives[i].Drops[month + 1] / model.World.Own.Persistence)
                    : 0;
            }

            for (var i = 0; i < companies.Count; i++)
            {
                found[i][month] = alive[i] ? (float)Contagion.Probability(model.Curves, companies, i, health, alive) : 0;
            }
        }

        return found;
    }
}
