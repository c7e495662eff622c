namespace Jianwei.Tokenizer.Segmentation;

public sealed class DoubleArrayTrieTests
{
    [Fact]
    public void Trie_FindsItsKeysAndNothingElse()
    {
        var random = new Random(11);
        for (var round = 0; round < 30; round++)
        {
            var width = random.Next(1, 3_000);
            string[] keys = [.. Enumerable.Range(0, random.Next(1, 4_000)).Select(_ => Key(random, width)).Distinct()];
            var places = keys.Select((key, place) => (key, place)).ToDictionary(k => k.key, k => k.place, StringComparer.Ordinal);
            var trie = new DoubleArrayTrie(keys);

            Assert.All(keys, key => Assert.Equal(places[key], trie.Find(key)));
            for (var i = 0; i < 2_000; i++)
            {
                var other = Key(random, width + 5);
                Assert.Equal(places.GetValueOrDefault(other, DoubleArrayTrie.None), trie.Find(other));
            }
        }
    }

    private static string Key(Random random, int width) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => (char)(0x4E00 + random.Next(width))));
}
