using System.Globalization;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Text;

namespace Jianwei.Ingest.Normalisation;

/// <summary>Numbers as registers write them: <c>8000000</c>, <c>8,000,000.5</c>, <c>800万元人民币</c>, <c>1.2亿</c>.</summary>
public static class Quantity
{
    /// <summary>The number that a value is, or that its text begins with; null where there is none.</summary>
    public static double? Of(FieldValue? value) => value is { } known ? known.Number ?? Parse(CleanText.Line(known.Text)) : null;

    private static double? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var end = text.AsSpan().IndexOfAnyExcept("0123456789.,-");
        var digits = end < 0 ? text.AsSpan() : text.AsSpan(0, end);
        var unit = end < 0 ? [] : text.AsSpan(end).TrimStart();
        if (!double.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands,
            CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        number *= unit.StartsWith("万亿") ? 1e12 : unit.StartsWith("亿") ? 1e8 : unit.StartsWith("万") ? 1e4 : 1;
        return Math.Abs(number) <= float.MaxValue ? number : null;
    }
}
