namespace Jianwei.Featurizer.Export;

public sealed class NpyFileTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("jianwei-npy-").FullName;

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    [Fact]
    public void Rows_ComeBackInOrderAcrossManyBuffers()
    {
        using (var file = new NpyFile<float>(Path.Combine(scratch, "a.npy"), 3))
        {
            for (var i = 0; i < 50_000; i++)
            {
                file.Append([i, i + 0.25f, -i]);
            }

            Assert.Equal(50_000, file.Rows);
            file.Complete();
        }

        var (values, width) = ExportReading.Npy<float>(scratch, "a.npy", "<f4");
        Assert.Equal(3, width);
        Assert.All(Enumerable.Range(0, 50_000), i => Assert.Equal([i, i + 0.25f, -i], values[(i * 3)..((i * 3) + 3)]));
    }

    [Fact]
    public void Set_ReachesElementsOnDiskAndInTheBuffer()
    {
        using (var file = new NpyFile<sbyte>(Path.Combine(scratch, "a.npy")))
        {
            for (var i = 0; i < 100_000; i++)
            {
                file.Append([0]);
            }

            file.Set(0, 1);
            file.Set(65_535, 1);
            file.Set(65_536, 1);
            file.Set(99_999, 1);
            file.Complete();
        }

        var (values, _) = ExportReading.Npy<sbyte>(scratch, "a.npy", "|i1");
        Assert.Equal([0, 65_535, 65_536, 99_999], values.Index().Where(v => v.Item == 1).Select(v => v.Index));
    }

    [Fact]
    public void EmptyArray_IsReadable()
    {
        using (var file = new NpyFile<long>(Path.Combine(scratch, "a.npy")))
        {
            file.Complete();
        }

        Assert.Empty(ExportReading.Npy<long>(scratch, "a.npy", "<i8").Values);
    }
}
