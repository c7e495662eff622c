using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>
/// What ties add to a probability of default: the sum over tied companies and months ahead of P(it defaults then) × the raise that
/// would follow. Exact for one tied company whose own ties do not matter and whose future factors are independent; several ties,
/// second-hand contagion and shared future factors are left out. The truth's manifest states the error against nested simulation.
/// </summary>
public static class Contagion
{
    /// <summary>Months ahead in which a tied company's default still matters within the horizon.</summary>
    public const int Months = Calendar.Year - 1;

    /// <summary>The 12-month probability of default of a company whose hidden health is known, as are its neighbours'.</summary>
    /// <param name="curves">By sector.</param>
    /// <param name="companies">Of the neighbourhood.</param>
    /// <param name="place">Of the company.</param>
    /// <param name="health">Total health of all at the end of the month, known drops of the next month already taken off (κ/φ).</param>
    /// <param name="alive">Who has not defaulted.</param>
    public static double Probability(
        IReadOnlyList<DefaultCurves> curves, IReadOnlyList<Company> companies, int place,
        ReadOnlySpan<double> health, ReadOnlySpan<bool> alive)
    {
        var own = curves[companies[place].Sector];
        var probability = own.Within(Calendar.Year, health[place]);
        foreach (var link in companies[place].Links)
        {
            for (var month = 1; alive[link.Other] && month <= Months; month++)
            {
                var chance = curves[companies[link.Other].Sector].In(month, health[link.Other]);
                probability += chance * own.Raise(link.Kind, month, health[place]);
            }
        }

        return Math.Min(probability, 1);
    }
}
