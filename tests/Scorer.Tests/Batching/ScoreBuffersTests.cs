namespace Jianwei.Scorer.Batching;

public sealed class ScoreBuffersTests
{
    private readonly ScoreBuffers _buffers = new();

    [Fact]
    public void Rent_GivesEachArrayToOne()
    {
        for (var batch = 0; batch < 3; batch++)
        {
            var rented = Enumerable.Range(0, 100).Select(i => _buffers.Rent(1_000 + (i % 7))).ToList();

            Assert.Equal(100, rented.Distinct().Count());
            Assert.Equal(Enumerable.Range(0, 100).Select(i => 1_000 + (i % 7)), rented.Select(array => array.Length));
            _buffers.ReturnAll();
        }
    }

    [Fact]
    public void Rent_UsesWhatCameBack()
    {
        var first = _buffers.Rent(1_200);
        _buffers.ReturnAll();

        Assert.NotSame(first, _buffers.Rent(1_201));
        Assert.Same(first, _buffers.Rent(1_200));
        Assert.NotSame(first, _buffers.Rent(1_200));
    }

    [Theory]
    [InlineData(100_000, 1)]
    [InlineData(64, 10_000)]
    public void Return_KeepsNeitherLongArraysNorTooMany(int length, int count)
    {
        var rented = Enumerable.Range(0, count).Select(_ => _buffers.Rent(length)).ToHashSet();
        _buffers.ReturnAll();

        Assert.DoesNotContain(_buffers.Rent(length), rented);
    }
}
