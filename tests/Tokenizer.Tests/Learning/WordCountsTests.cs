namespace Jianwei.Tokenizer.Learning;

public sealed class WordCountsTests
{
    [Fact]
    public void Words_AreCountedByWeight()
    {
        var counts = new WordCounts(10);
        counts.Add("b", 2);
        counts.Add("a", 1);
        counts.Add("b", 0.5);

        Assert.Equal([new("a", 1), new("b", 2.5)], counts.Ordered());
    }

    [Fact]
    public void TooManyWords_AreForgottenFromTheRarest()
    {
        var counts = new WordCounts(100);
        for (var i = 0; i < 5_000; i++)
        {
            counts.Add($"frequent {i % 20}", 1);
            counts.Add($"rare {i}", 1);
            Assert.True(counts.Count <= 100);
        }

        Assert.Equal(20, counts.Ordered().Count(w => w.Key.StartsWith("frequent", StringComparison.Ordinal)));
        Assert.All(counts.Ordered().Where(w => w.Key.StartsWith("frequent", StringComparison.Ordinal)), w => Assert.True(w.Value > 240));
    }
}
