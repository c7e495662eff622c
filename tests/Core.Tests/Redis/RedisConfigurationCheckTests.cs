using Jianwei.Core.Hosting;

namespace Jianwei.Core.Redis;

public sealed class RedisOptionsTests
{
    [Theory]
    [InlineData("localhost:6379,bogus=1")]
    [InlineData("localhost:6379,connectTimeout=soon")]
    public void Configuration_ThatCannotBeReadIsNamed(string text) =>
        Assert.Equal(
            [$"Redis:Configuration is '{text}'; allowed: HOST:PORT,… and options that StackExchange.Redis knows."],
            Settings.Problems("Redis", new RedisOptions { Configuration = text }));

    [Theory]
    [InlineData("localhost:6379")]
    [InlineData("a:1,b:2,password=x,ssl=true,abortConnect=false")]
    public void Configuration_ThatCanBeReadPasses(string text) => Assert.Empty(Settings.Problems("Redis", new RedisOptions { Configuration = text }));
}
