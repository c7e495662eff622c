namespace Jianwei.Core.Kafka;

public sealed class KafkaClientCheckTests
{
    [Theory]
    [InlineData("fetch.min.bytes", "few", "Kafka:Client:fetch.min.bytes is 'few'")]
    [InlineData("no.such.setting", "1", "Kafka:Client:no.such.setting is '1'")]
    public void Setting_ThatIsWrongIsNamedWithItsValue(string key, string value, string expected) =>
        Assert.Contains(expected, Refusal((key, value)), StringComparison.Ordinal);

    [Theory]
    [InlineData("no.such.password")]
    [InlineData("ssl.key.pem")]
    public void Setting_ThatIsASecretIsNamedWithoutItsValue(string key)
    {
        var refusal = Refusal((key, "hunter2"), ("security.protocol", "ssl"));
        Assert.Contains(key, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal, StringComparison.Ordinal);
    }

    private static string Refusal(params (string Key, string Value)[] client) =>
        new KafkaClientCheck()
            .Validate(null, new() { BootstrapServers = "a:1", Client = client.ToDictionary(c => c.Key, c => c.Value) }).FailureMessage!;
}
