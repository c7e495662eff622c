using Jianwei.Core.Features;
using Jianwei.Servers;

namespace Jianwei.Scorer.Packages;

public sealed class ShippedModelsTests
{
    private static readonly ModelStore Store = new(Path.Combine(Repository.Root, "models"));

    /// <summary>
    /// Fails when the catalogue has changed and the models have not: <c>./jianwei train --data warn</c> and <c>yc</c> mend it.
    /// </summary>
    [Theory]
    [InlineData("warn-closure")]
    [InlineData("yc-inactive")]
    public void ShippedModel_ServesTheCatalogueInThisTree(string name)
    {
        var catalogue = FeatureCatalogue.Load(Path.Combine(Repository.Root, "schemas/features/catalogue.json"));

        var entry = Store.Verify(Store.Resolve(name), new(catalogue.Hash, catalogue.Count));

        Assert.Null(entry.Problem);
        Assert.True(entry.Manifest!.Training!.Value.GetProperty("test").GetProperty("auc").GetDouble() > 0.6);
    }
}
