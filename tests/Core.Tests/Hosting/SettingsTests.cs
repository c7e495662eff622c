using System.ComponentModel.DataAnnotations;

namespace Jianwei.Core.Hosting;

public sealed class SettingsTests
{
    private const string Form = "http://HOST";

    [Fact]
    public void Value_ThatIsWrongIsNamedWithWhatIsAllowed() =>
        Assert.Contains("Section:Open is 'hunter2'; allowed: http://HOST.", Settings.Problems("Section", new Some()));

    [Fact]
    public void Value_ThatMayHoldAPasswordIsNotRepeated() =>
        Assert.Contains(
            "Section:Closed is wrong (not repeated here: it may hold a password); allowed: http://HOST.",
            Settings.Problems("Section", new Some()));

    private sealed class Some
    {
        [RegularExpression("http://.*", ErrorMessage = Form)]
        public string Open { get; set; } = "hunter2";

        [RegularExpression("http://.*", ErrorMessage = Form), Confidential]
        public string Closed { get; set; } = "hunter2";
    }
}
