using System.Text.Json;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>The field <c>company</c>: an object of scheme, id and name, where the scheme decides the id's shape.</summary>
internal sealed record CompanyRule() : FieldRule("company", Required: true, "an object with scheme, id and optionally name")
{
    private const int Scheme = 0;
    private const int Id = 1;
    private const int CompanyName = 2;

    private static readonly FieldRule[] Rules =
    [
        new TextRule(
            "scheme", Required: true, 0, 64, CompanyScheme.AllowedNames,
            static name => CompanyScheme.TryGet(name, out _), RefusalReason.UnknownScheme),
        new TextRule("id", Required: true, 1, 128, "a text of 1 to 128 printable characters", IdentifierShapes.Printable,
            RefusalReason.BadIdentifier),
        TextRule.Free("name", RawValidator.LineLimit),
    ];

    /// <summary>Reads the object; the result counts only where no problem was added.</summary>
    public static CompanyReference? Read(ref Utf8JsonReader reader, List<Problem> problems)
    {
        var fields = new RawFields(Rules, "company.", problems);
        fields.Read(ref reader);
        if (fields.Text(Scheme) is not { } name || fields.Text(Id) is not { } id)
        {
            return null;
        }

        if (CompanyScheme.TryGet(name, out var scheme) && !scheme.HasShape(id))
        {
            problems.Add(Problem.Of(RefusalReason.BadIdentifier, "company.id", id, $"for {name}, {scheme.Allowed}"));
        }

        return new CompanyReference(name, id, fields.Text(CompanyName));
    }

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8JsonReader reader, out FieldSlot slot)
    {
        slot = default;
        return false;
    }
}
