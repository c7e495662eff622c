using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Jianwei.Core.Redis;

/// <summary>
/// Whether the client understands <see cref="RedisOptions.Configuration"/>, which may hold a password: it is not repeated.
/// </summary>
internal sealed class RedisConfigurationCheck : IValidateOptions<RedisOptions>
{
    private const string Allowed = "allowed: HOST:PORT[,HOST:PORT…][,option=value…]";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        if (options.Configuration.Length == 0)
        {
            return ValidateOptionsResult.Skip; // said already, as a setting that is missing
        }

        // The client takes a URI for a host's name, or what is before a '=' in it for an option's, and would say it, password and all.
        if (options.Configuration.Split(',').Any(part => part.Split('=')[0].AsSpan().IndexOfAny('@', '/') >= 0))
        {
            return ValidateOptionsResult.Fail(
                $"Redis:Configuration has a server that is no HOST:PORT; {Allowed}, where a password is password=…");
        }

        try
        {
            ConfigurationOptions.Parse(options.Configuration);
            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            return ValidateOptionsResult.Fail($"Redis:Configuration cannot be read: {e.Message}; {Allowed}");
        }
    }
}
