using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Ingest.Events;

public sealed class EventFactoryTests
{
    private static readonly DateTimeOffset Now = new(2024, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void EventId_IsStableForEver()
    {
        Assert.Equal("19495148735d06ef", EventId.Of("warn", "1"));
        Assert.NotEqual(EventId.Of("a", "bc"), EventId.Of("ab", "c"));
        Assert.Equal(16, EventId.Of(new string('z', 32), string.Concat(Enumerable.Repeat("😀", 200))).Length);
    }

    [Theory]
    [InlineData(5e7, 8e6, EventType.ChangeCapitalDecreased)]
    [InlineData(8e6, 5e7, EventType.ChangeCapitalIncreased)]
    [InlineData(8e6, 8e6, EventType.ChangeCapital)]
    public void Capital_GoesUpOrDown(double before, double after, EventType type)
    {
        var made = Make(Change(CompanyChangeKind.Capital) with { Before = new(before), After = new(after), Currency = "cny" });
        Assert.Equal((type, after, "CNY"), (made.Type, made.Amount, made.Unit));
    }

    [Fact]
    public void Capital_InWordsOfTheRegisterIsRead()
    {
        var made = Make(Change(CompanyChangeKind.Capital) with { Before = new("5000万元人民币"), After = new("800万元人民币"), Currency = "CNY" });
        Assert.Equal((EventType.ChangeCapitalDecreased, 8e6), (made.Type, made.Amount));
        Assert.Equal("capital: 5000万元人民币 → 800万元人民币 CNY", made.Summary);
    }

    [Fact]
    public void Capital_WithoutNumbersHasNoDirection()
    {
        var made = Make(Change(CompanyChangeKind.Capital) with { Text = "注册资本变更" });
        Assert.Equal((EventType.ChangeCapital, null, null, "capital: 注册资本变更"), (made.Type, made.Amount, made.Unit, made.Summary));
    }

    [Theory]
    [InlineData(65, 48, EventType.ChangeHeadCountDecreased)]
    [InlineData(48, 65, EventType.ChangeHeadCountIncreased)]
    public void HeadCount_GoesUpOrDown(double before, double after, EventType type)
    {
        var made = Make(Change(CompanyChangeKind.Other) with { Field = "head_count", Before = new(before), After = new(after) });
        Assert.Equal((type, after, "people"), (made.Type, made.Amount, made.Unit));
    }

    [Fact]
    public void HeadCount_SeenFirstHasNoDirection()
    {
        var made = Make(Change(CompanyChangeKind.Other) with { Field = "head_count", After = new(48) });
        Assert.Equal((EventType.ChangeHeadCount, 48, "head count: 48"), (made.Type, made.Amount, made.Summary));
    }

    [Theory]
    [InlineData(CompanyChangeKind.LegalRepresentative, EventType.ChangeLegalRepresentative)]
    [InlineData(CompanyChangeKind.Shareholder, EventType.ChangeShareholder)]
    [InlineData(CompanyChangeKind.Name, EventType.ChangeName)]
    [InlineData(CompanyChangeKind.Address, EventType.ChangeAddress)]
    [InlineData(CompanyChangeKind.Management, EventType.ChangeManagement)]
    [InlineData(CompanyChangeKind.Status, EventType.ChangeStatus)]
    [InlineData(CompanyChangeKind.Branch, EventType.ChangeBranch)]
    [InlineData(CompanyChangeKind.OutwardInvestment, EventType.ChangeOutwardInvestment)]
    [InlineData(CompanyChangeKind.Other, EventType.ChangeOther)]
    public void Change_HasTheTypeOfItsKind(CompanyChangeKind kind, EventType type) => Assert.Equal(type, Make(Change(kind)).Type);

    [Fact]
    public void Website_IsItsOwnType() =>
        Assert.Equal(EventType.ChangeWebsite, Make(Change(CompanyChangeKind.Other) with { Field = "website" }).Type);

    [Theory]
    [InlineData("description")]
    [InlineData("long_description")]
    [InlineData("one_liner")]
    public void Profile_CarriesItsText(string field)
    {
        var made = Make(Change(CompanyChangeKind.Other) with { Field = field, After = new(" Ｗe help\r\n everyone ") });
        Assert.Equal((EventType.ChangeProfile, new TextChange(TextSegment.Profile, field, "We help\neveryone")), (made.Type, made.Text));
    }

    [Fact]
    public void Profile_ThatIsGoneIsRemoved() =>
        Assert.Equal(
            new TextChange(TextSegment.Profile, "one_liner", null),
            Make(Change(CompanyChangeKind.Other) with { Field = "one_liner", After = new("") }).Text);

    [Fact]
    public void Scope_IsAProfileText()
    {
        var made = Make(Change(CompanyChangeKind.Scope) with { After = new("货物进出口") });
        Assert.Equal((EventType.ChangeScope, new TextChange(TextSegment.Profile, "scope", "货物进出口")), (made.Type, made.Text));
    }

    [Fact]
    public void Posting_CarriesSalaryAndText()
    {
        var made = Make(Posting(PostingAction.Opened) with
        {
            Title = "工程师", Location = "上海", Description = "要求：经验", SalaryMin = 1, SalaryMax = 2, Currency = "CNY", HeadCount = 3
        });
        Assert.Equal((EventType.PostingOpened, 2, "CNY"), (made.Type, made.Amount, made.Unit));
        Assert.Equal(new TextChange(TextSegment.Posting, "p", "工程师\n上海\n要求:经验"), made.Text);
        Assert.Equal("posting opened: 工程师, 3 people, 上海", made.Summary);
    }

    [Fact]
    public void Posting_ThatClosesLeavesItsText() =>
        Assert.Null(Make(Posting(PostingAction.Closed) with { Description = "closed, with words" }).Text);

    [Fact]
    public void Posting_UpdatedWithoutTextLeavesIt() => Assert.Null(Make(Posting(PostingAction.Updated)).Text);

    [Fact]
    public void LayOff_CountsPeople()
    {
        var made = Make(
            Filing(FilingKind.LayOffNotice) with { Detail = "mass_layoff", HeadCount = 439, Amount = 7, Text = "Lay-off in Denver" });
        Assert.Equal((EventType.FilingLayOffNotice, 439, "people"), (made.Type, made.Amount, made.Unit));
        Assert.Equal("lay-off notice (mass layoff): 439 people", made.Summary);
        Assert.Equal(new TextChange(TextSegment.Filing, "e", "Lay-off in Denver"), made.Text);
    }

    [Fact]
    public void Closure_IsItsOwnType()
    {
        var made = Make(Filing(FilingKind.LayOffNotice) with { Detail = "closure" });
        Assert.Equal((EventType.FilingClosureNotice, null, null, "closure notice"), (made.Type, made.Amount, made.Unit, made.Summary));
    }

    [Fact]
    public void EveryFiling_HasTheTypeOfItsName()
    {
        foreach (var kind in Enum.GetValues<FilingKind>())
            Assert.Equal($"Filing{kind}", Make(Filing(kind)).Type.ToString());
    }

    [Fact]
    public void EveryOutcome_HasTheTypeOfItsName()
    {
        foreach (var kind in Enum.GetValues<OutcomeKind>())
        {
            var made = Make(new Outcome
            {
                Source = "s", SourceEventId = "e", Company = new("X-A", "1"), ObservedTime = "2024-05-01", Kind = kind, Date = "2024-04-30"
            });
            Assert.Equal($"Outcome{kind}", made.Type.ToString());
        }
    }

    [Theory]
    [InlineData(PartyRole.Plaintiff, EventType.FilingOther)]
    [InlineData(PartyRole.Creditor, EventType.FilingOther)]
    [InlineData(PartyRole.Defendant, EventType.FilingCourtJudgment)]
    public void Judgment_CountsAgainstTheCompanyOnly(PartyRole role, EventType type)
    {
        var made = Make(Filing(FilingKind.CourtJudgment) with { Role = role, Amount = 1280000.5, Currency = "cny" });
        Assert.Equal((type, 1280000.5, "CNY"), (made.Type, made.Amount, made.Unit));
        Assert.Equal($"court judgment, {role.ToString().ToLowerInvariant()}: 1,280,000.5 CNY", made.Summary);
    }

    [Fact]
    public void Summary_IsAtMostTwoHundredCharacters() =>
        Assert.Equal(200, Make(Posting(PostingAction.Opened) with { Title = new string('字', 900) }).Summary!.Length);

    [Fact]
    public void Event_CarriesItsEnvelope()
    {
        var made = Make(Change(CompanyChangeKind.Name) with { Company = new("US-CIK", "0001", "Ａ Ltd"), EventTime = "2024-04-01" });
        Assert.Equal(
            ("US-CIK:1", "A Ltd", "s", "e", EventId.Of("s", "e")),
            (made.CompanyId, made.CompanyName, made.Source, made.SourceEventId, made.EventId));
        Assert.Equal(
            (new DateTimeOffset(2024, 4, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero), Now),
            (made.EventTime, made.ObservedTime, made.AcceptedTime));
    }

    private static CompanyEvent Make(RawMessage message)
    {
        var problems = new List<Problem>();
        var draft = EventFactory.Make(message, Now, problems);
        Assert.Empty(problems);
        return draft!.Value.Event;
    }

    private static CompanyChange Change(CompanyChangeKind kind) =>
        new() { Source = "s", SourceEventId = "e", Company = new("X-A", "1"), ObservedTime = "2024-05-01", Kind = kind };

    private static JobPosting Posting(PostingAction action) => new()
    {
        Source = "s", SourceEventId = "e", Company = new("X-A", "1"), ObservedTime = "2024-05-01", Action = action, PostingId = "p"
    };

    private static Filing Filing(FilingKind kind) =>
        new() { Source = "s", SourceEventId = "e", Company = new("X-A", "1"), ObservedTime = "2024-05-01", Kind = kind };
}
