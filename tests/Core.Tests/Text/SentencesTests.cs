namespace Jianwei.Core.Text;

public sealed class SentencesTests
{
    [Theory]
    [InlineData("被列为失信被执行人。执行标的1,200.50元;未履行!", "被列为失信被执行人。|执行标的1,200.50元;|未履行!")]
    [InlineData("Judgment of No. 3 court. Acme Inc. owes 1.5 million. Paid?", "Judgment of No. 3 court.|Acme Inc. owes 1.5 million.|Paid?")]
    [InlineData("He said “we close.” Then they did.", "He said “we close.”|Then they did.")]
    [InlineData("One line\nanother line", "One line|another line")]
    [InlineData("1. First point. 2. Second point.", "1. First point.|2. Second point.")]
    [InlineData("U.S. operations end", "U.S. operations end")]
    [InlineData("法院判决“立即偿还。”公司上诉。", "法院判决“立即偿还。”|公司上诉。")]
    [InlineData("a=1;b=2", "a=1;b=2")]
    [InlineData("", "")]
    public void Text_IsSplitWhereAPersonWould(string text, string sentences) =>
        Assert.Equal(sentences.Split('|', StringSplitOptions.RemoveEmptyEntries), Sentences.Of(text));

    [Fact]
    public void Sentences_AreAllOfTheText()
    {
        const string text = "“。”。 ... !? 见微知著。 a. b. c. 12. x;y; “Z.” \n\n end";

        Assert.Equal(text.Where(c => !char.IsWhiteSpace(c)), string.Concat(Sentences.Of(text)).Where(c => !char.IsWhiteSpace(c)));
    }
}
