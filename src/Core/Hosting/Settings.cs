using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Hosting;

/// <summary>A section of the settings and the type that reads it.</summary>
public sealed record SettingsSection(string Section, Type Type);

/// <summary>Settings that say what is wrong with them: which setting, its value, and what is allowed.</summary>
public static class Settings
{
    /// <summary>Binds a section to an options type (under a name, where several stages share the type) and checks it at start.</summary>
    public static OptionsBuilder<T> AddSettings<T>(
        this IServiceCollection services, string section, string? name = null, Action<T>? defaults = null)
        where T : class
    {
        var known = new SettingsSection(section, typeof(T));
        if (services.Any(s => known.Equals(s.ImplementationInstance)))
        {
            return services.AddOptions<T>(name ?? Options.DefaultName);
        }

        services.AddSingleton(known);
        var builder = services.AddOptions<T>(name ?? Options.DefaultName);
        if (defaults is not null)
        {
            builder.Configure(defaults);
        }

        builder.BindConfiguration(section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<T>>(new Validator<T>(section, name ?? Options.DefaultName));
        return builder;
    }

    /// <summary>What a value breaks, one sentence each.</summary>
    public static IReadOnlyList<string> Problems(string section, object options) =>
    [
        .. options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .SelectMany(p => p.GetCustomAttributes<ValidationAttribute>()
                .Select(a => (Property: p, Attribute: a, Value: p.GetValue(options))))
            .Where(x => !x.Attribute.IsValid(x.Value))
            .Select(x => string.Create(
                CultureInfo.InvariantCulture,
                $"{section}:{x.Property.Name} is {Shown(x.Property, x.Value)}; allowed: {Allowed(x.Attribute)}.")),
    ];

    /// <summary>Keys in sections that the program reads which no setting has, e.g. misspelt ones.</summary>
    public static IReadOnlyList<string> Unknown(IConfiguration configuration, IEnumerable<SettingsSection> sections)
    {
        var known = sections.ToList();
        var unknown = new List<string>();
        foreach (var group in known.GroupBy(s => s.Section, StringComparer.OrdinalIgnoreCase))
        {
            var properties = group.SelectMany(s => s.Type.GetProperties())
                .Where(p => p.CanWrite).Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var inner = known.Where(s => s.Section.StartsWith($"{group.Key}:", StringComparison.OrdinalIgnoreCase))
                .Select(s => s.Section[(group.Key.Length + 1)..].Split(':')[0]);
            properties.UnionWith(inner);
            unknown.AddRange(configuration.GetSection(group.Key).GetChildren().Where(c => !properties.Contains(c.Key))
                .Select(c =>
                    $"{group.Key}:{c.Key} is not a setting; allowed in {group.Key}: {string.Join(", ", properties.Order(StringComparer.Ordinal))}."));
        }

        return unknown;
    }

    /// <summary>
    /// Sections that the program does not have. Names without a section are left alone: the environment has some for other uses.
    /// </summary>
    public static IReadOnlyList<string> UnknownSections(IConfiguration configuration, IReadOnlyCollection<string> known) =>
    [
        .. configuration.GetChildren().Where(c => c.GetChildren().Any() && !known.Contains(c.Key, StringComparer.OrdinalIgnoreCase))
            .SelectMany(c => c.AsEnumerable().Where(leaf => leaf.Value is not null))
            .Select(leaf => $"{leaf.Key} is in no section of settings; allowed: {string.Join(", ", known)}."),
    ];

    /// <summary>Values that are not of their setting's type.</summary>
    public static IReadOnlyList<string> Unreadable(IConfiguration configuration, IEnumerable<SettingsSection> sections) =>
    [
        .. sections
            .SelectMany(s => s.Type.GetProperties()
                .Where(p => p.CanWrite).Select(p => (Name: $"{s.Section}:{p.Name}", Type: p.PropertyType)))
            .DistinctBy(p => p.Name)
            .Where(p => configuration[p.Name] is { Length: > 0 } text && !IsReadable(p.Type, text))
            .Select(p => $"{p.Name} is '{configuration[p.Name]}'; allowed: {Form(Nullable.GetUnderlyingType(p.Type) ?? p.Type)}."),
    ];

    private static bool IsReadable(Type type, string text)
    {
        var converter = TypeDescriptor.GetConverter(type);
        try
        {
            return !converter.CanConvertFrom(typeof(string)) || converter.ConvertFromInvariantString(text) is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return false;
        }
    }

    private static string Form(Type type) =>
        type.IsEnum ? string.Join(", ", Enum.GetNames(type).Select(n => n.ToLowerInvariant()))
        : type == typeof(bool) ? "true, false"
        : type == typeof(TimeSpan) ? "a time such as 00:00:10"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(double) || type == typeof(float) ? "a number"
        : $"a {type.Name}";

    private static string Shown(PropertyInfo property, object? value) => value switch
    {
        null or "" => "empty",
        _ when property.IsDefined(typeof(ConfidentialAttribute)) => "wrong (not repeated here: it may hold a password)",
        string text => $"'{text}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Allowed(ValidationAttribute attribute) => attribute switch
    {
        _ when attribute.ErrorMessage is { } message => message,
        RangeAttribute range => $"{range.Minimum} to {range.Maximum}",
        RegularExpressionAttribute pattern => $"text of the form {pattern.Pattern}",
        RequiredAttribute => "a value",
        AllowedValuesAttribute values => string.Join(", ", ((IEnumerable)values.Values).Cast<object?>()),
        _ => attribute.FormatErrorMessage("it"),
    };

    private sealed class Validator<T>(string section, string name) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? optionsName, T options) =>
            optionsName != name ? ValidateOptionsResult.Skip
            : Problems(section, options) is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems)
            : ValidateOptionsResult.Success;
    }
}
