using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Jianwei.Core.Redis;

/// <summary>Whether the client understands <see cref="RedisOptions.Configuration"/>, which may hold a password: it is not repeated.</summary>
internal sealed class RedisConfigurationCheck : IValidateOptions<RedisOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        try
        {
            ConfigurationOptions.Parse(options.Configuration);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException e)
        {
            return ValidateOptionsResult.Fail($"Redis:Configuration cannot be read: {e.Message}; allowed: HOST:PORT[,HOST:PORT…][,option=value…]");
        }
    }
}
