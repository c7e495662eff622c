namespace Jianwei.Simulator.World;

/// <summary>A sector of the economy.</summary>
/// <param name="Code">Name of its rules in the grammar.</param>
/// <param name="Chinese">Name in Chinese.</param>
/// <param name="English">Name in English.</param>
/// <param name="MacroWeight">How much of the economy's factor its companies' health carries.</param>
/// <param name="SectorWeight">How much of the sector's own factor.</param>
/// <param name="Salary">Middle of its offers, CNY a year.</param>
public sealed record Sector(string Code, string Chinese, string English, double MacroWeight, double SectorWeight, double Salary);

/// <summary>The sectors.</summary>
public static class Sectors
{
    public static IReadOnlyList<Sector> All { get; } =
    [
        new("construction", "建筑工程", "construction", 1.3, 1.2, 110_000),
        new("property", "房地产开发", "property", 1.5, 1.5, 130_000),
        new("machinery", "机械制造", "machinery", 1.1, 0.9, 105_000),
        new("electronics", "电子元器件", "electronics", 1.0, 1.1, 140_000),
        new("textile", "纺织服装", "textiles", 1.0, 1.0, 75_000),
        new("food", "食品加工", "food", 0.5, 0.7, 80_000),
        new("chemicals", "化工材料", "chemicals", 1.1, 1.0, 115_000),
        new("software", "软件和信息技术", "software", 0.7, 1.0, 220_000),
        new("retail", "商贸零售", "retail", 0.9, 0.8, 85_000),
        new("logistics", "物流运输", "logistics", 1.1, 0.8, 90_000),
        new("catering", "餐饮酒店", "hospitality", 1.2, 1.0, 70_000),
        new("medical", "医药器械", "medical devices", 0.4, 0.8, 150_000),
    ];
}
