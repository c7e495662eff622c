using Npgsql;

namespace Jianwei.Core.Failures;

public sealed class FailureTests
{
    [Theory]
    [InlineData("08000")]
    [InlineData("08006")]
    [InlineData("25006")]
    [InlineData("40001")]
    [InlineData("40P01")]
    [InlineData("53100")]
    [InlineData("53300")]
    [InlineData("57014")]
    [InlineData("57P01")]
    [InlineData("57P02")]
    [InlineData("57P03")]
    [InlineData("57P05")]
    public void Postgres_StateThatPassesIsRetryable(string state) => Assert.Equal(FailureKind.Retryable, Failure.Classify(Error(state)));

    [Theory]
    [InlineData("22021")]
    [InlineData("23505")]
    [InlineData("28P01")]
    [InlineData("3D000")]
    [InlineData("42P01")]
    [InlineData("57P04")]
    public void Postgres_StateThatStaysIsFatal(string state) => Assert.Equal(FailureKind.Fatal, Failure.Classify(Error(state)));

    [Fact]
    public void Exception_InAnAggregateIsClassifiedAlone() =>
        Assert.Equal(FailureKind.Retryable, Failure.Classify(new AggregateException(new TimeoutException())));

    private static PostgresException Error(string state) => new("message", "ERROR", "ERROR", state);
}
