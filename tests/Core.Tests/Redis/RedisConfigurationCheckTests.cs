using Jianwei.Core.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Redis;

public sealed class RedisConfigurationCheckTests
{
    [Theory]
    [InlineData("localhost:6379,password=hunter2,bogus=1", "Keyword 'bogus' is not supported")]
    [InlineData("localhost:6379,password=hunter2,connectTimeout=soon", "'connectTimeout'")]
    [InlineData("redis://:hunter2@localhost:6379", "HOST:PORT")]
    [InlineData("user:hunter2@localhost:6379", "HOST:PORT")]
    [InlineData("redis://:hunter2==@localhost:6379", "HOST:PORT")]
    [InlineData("redis://:p=hunter2@localhost:6379", "HOST:PORT")]
    public void Configuration_ThatCannotBeReadIsRefusedWithoutItsPassword(string text, string named)
    {
        var sentence = Assert.Single(Refusals(text));
        Assert.StartsWith("Redis:Configuration ", sentence, StringComparison.Ordinal);
        Assert.Contains(named, sentence, StringComparison.Ordinal);
        Assert.Contains("allowed: HOST:PORT[,HOST:PORT…][,option=value…]", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:6379")]
    [InlineData("a:1,b:2,password=x,ssl=true,abortConnect=false")]
    [InlineData("a:1,password=x@y/z")]
    public void Configuration_ThatCanBeReadPasses(string text) => Assert.Empty(Refusals(text));

    [Fact]
    public void Configuration_ThatIsEmptyIsNamed() =>
        Assert.Equal(
            ["Redis:Configuration is empty; allowed: HOST:PORT of Redis servers, separated by commas (./jianwei up starts one and sets it)."],
            Refusals(""));

    private static IEnumerable<string> Refusals(string text)
    {
        var services = new ServiceCollection().AddRedis().AddRedis(); // as two roles do
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Redis:Configuration", text)]).Build());
        using var provider = services.BuildServiceProvider();
        try
        {
            _ = provider.GetRequiredService<IOptions<RedisOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException e)
        {
            return e.Failures;
        }
    }
}
