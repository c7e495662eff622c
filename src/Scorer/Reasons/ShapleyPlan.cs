namespace Jianwei.Scorer.Reasons;

/// <summary>
/// Which coalitions of players have to be scored for their Shapley values (Shapley 1953), and the values from the scores. Few players are
/// taken exactly; more of them by permutations and their reverses (antithetic pairs: Mitchell, Cooper, Frank, Holmes 2022, "Sampling
/// permutations for Shapley value estimation"). Either way the values sum up to the difference of all and none, and a player that
/// changes nothing has 0.
/// </summary>
/// <remarks>
/// A coalition is a bit mask. The first players are costly: each set of them is a document to be encoded. With many of them the
/// permutations share few orders of the costly ones, each order with several ways to mix the others in: still every permutation is as
/// likely as any other, so the estimate stays unbiased.
/// </remarks>
internal sealed class ShapleyPlan
{
    /// <summary>Players that can be told apart.</summary>
    public const int MostPlayers = 63;

    // 2^6 coalitions are fewer than the permutations would need.
    private const int ExactPlayers = 6;
    private const int Pairs = 32;
    private const int CostlySets = 64;

    private readonly int _players;
    private readonly Dictionary<ulong, int> _numbers = [];
    private readonly List<ulong> _coalitions = [];
    private readonly List<int[]> _permutations = [];

    private ShapleyPlan(int players) => _players = players;

    /// <summary>To be scored, each once; the first is nobody, the second everybody (the same where there are no players).</summary>
    public IReadOnlyList<ulong> Coalitions => _coalitions;

    /// <param name="players">All of them.</param>
    /// <param name="costly">The first so many.</param>
    /// <param name="seed">Decides the permutations.</param>
    /// <param name="exactly">Most players that are taken exactly.</param>
    public static ShapleyPlan Of(int players, int costly, int seed, int exactly = ExactPlayers)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(players, MostPlayers);
        var plan = new ShapleyPlan(players);
        plan.Add(0);
        plan.Add((1UL << players) - 1);
        if (players <= exactly)
        {
            plan.AddAll();
        }
        else
        {
            plan.Draw(costly, new Random(seed));
        }

        return plan;
    }

    /// <summary>A value a player, from one score a coalition.</summary>
    public double[] Values(ReadOnlySpan<double> scores)
    {
        var values = new double[_players];
        if (_permutations.Count == 0)
        {
            Exactly(scores, values);
            return values;
        }

        foreach (var permutation in _permutations)
        {
            var (set, before) = (0UL, scores[0]);
            foreach (var player in permutation)
            {
                set |= 1UL << player;
                var after = scores[_numbers[set]];
                values[player] += (after - before) / _permutations.Count;
                before = after;
            }
        }

        return values;
    }

    private void AddAll()
    {
        for (var set = 1UL; set < 1UL << _players; set++)
        {
            Add(set);
        }
    }

    private void Draw(int costly, Random random)
    {
        var orders = CostlyOrders(costly, random);
        int[] others = [.. Enumerable.Range(costly, _players - costly)];
        for (var pair = 0; pair < Pairs; pair++)
        {
            random.Shuffle(others);
            var permutation = Mixed(orders is [] ? Shuffled(costly, random) : orders[pair % orders.Count], others, random);
            Add(permutation);
            Add([.. permutation.Reverse()]);
        }
    }

    // Empty where all sets of the costly ones are few enough. Each order stands for its reverse too.
    private static List<int[]> CostlyOrders(int costly, Random random) =>
        costly < 2 || 1UL << costly <= CostlySets ? []
        : [.. Enumerable.Range(0, Math.Max(1, CostlySets / (2 * (costly - 1)))).Select(_ => Shuffled(costly, random))];

    private static int[] Shuffled(int count, Random random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        return order;
    }

    // Every way to merge the two orders is as likely.
    private static int[] Mixed(int[] costly, int[] others, Random random)
    {
        var mixed = new int[costly.Length + others.Length];
        for (int i = 0, c = 0, o = 0; i < mixed.Length; i++)
        {
            mixed[i] = random.Next(mixed.Length - i) < costly.Length - c ? costly[c++] : others[o++];
        }

        return mixed;
    }

    private void Add(int[] permutation)
    {
        _permutations.Add(permutation);
        var set = 0UL;
        foreach (var player in permutation)
        {
            set |= 1UL << player;
            Add(set);
        }
    }

    private void Add(ulong set)
    {
        if (_numbers.TryAdd(set, _coalitions.Count))
        {
            _coalitions.Add(set);
        }
    }

    // The weight of a set of s players: s! (n - s - 1)! / n!.
    private void Exactly(ReadOnlySpan<double> scores, double[] values)
    {
        foreach (var set in _coalitions)
        {
            var size = System.Numerics.BitOperations.PopCount(set);
            for (var player = 0; player < _players; player++)
            {
                if ((set & (1UL << player)) == 0)
                {
                    values[player] += (scores[_numbers[set | (1UL << player)]] - scores[_numbers[set]]) * Weight(size);
                }
            }
        }
    }

    private double Weight(int size)
    {
        var choices = 1.0; // (n - 1 over size)
        for (var i = 1; i <= size; i++)
        {
            choices *= (double)(_players - i) / i;
        }

        return 1 / (_players * choices);
    }
}
