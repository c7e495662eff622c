namespace Jianwei.Simulator.World;

public sealed class WorldOptionsTests
{
    [Fact]
    public void Value_OutOfRange_IsNamedWithWhatIsAllowed() =>
        Assert.Equal(["World:Persistence is 1.5; allowed: 0.5 to 0.995."], new WorldOptions { Persistence = 1.5 }.Problems());

    [Fact]
    public void Simulation_WithAWrongOption_SaysSo()
    {
        var options = new SimulationOptions { Folder = "x", Companies = 0, World = new() { HazardSlope = -1 } };

        var error = Assert.Throws<ArgumentException>(options.Check);

        Assert.Equal("Simulation:Companies is 0; allowed: 1 to 5000000. World:HazardSlope is -1; allowed: 0.1 to 10.", error.Message);
    }
}
