using K2.Silo;
using K2.TestKit;

namespace K2.EndToEnd.Tests;

/// <summary>The bound of a process's end, on a clock of the test.</summary>
public sealed class ShutdownTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly ArmedTimeProvider _time = new();
    private readonly StringWriter _errors = new();
    private readonly List<int> _exits = [];
    private readonly Shutdown _shutdown;

    public ShutdownTests() => _shutdown = new Shutdown(_time, _errors, _exits.Add) { Limit = Limit };

    public void Dispose()
    {
        _shutdown.Dispose();
        _errors.Dispose();
    }

    [Fact]
    public void Signal_First_AsksForTheEnd_AndAfterMostOfTheTimeForHurry()
    {
        _shutdown.Signal();

        Assert.True(_shutdown.Asked.IsCancellationRequested);
        _time.Advance(Limit * 0.59);
        Assert.False(_shutdown.Hurry.IsCancellationRequested);
        Assert.Equal("", _errors.ToString());
        _time.Advance(Limit * 0.02);
        Assert.True(_shutdown.Hurry.IsCancellationRequested);
        Assert.Empty(_exits);
        Assert.Contains("the start takes long", Assert.Single(_errors.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void SiloDeclaredDead_EndsAtOnce_InOneLineWithoutTheWholeMembership()
    {
        var ended = 0;
        _shutdown.AtOnce = () => ended++;

        new FatalErrors(_shutdown).OnFatalException(this, "I have been told I am dead, so this silo will stop! Membership: [Version: 10,\nSiloAddress=…]");

        Assert.Equal((1, Shutdown.MayNotGoOn), (ended, Assert.Single(_exits)));
        var line = Assert.Single(_errors.ToString().TrimEnd().Split('\n'));
        Assert.Contains("I have been told I am dead", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Version: 10", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Bound_Passed_EndsTheProcess_AndSaysWhatWasNotFinished()
    {
        _shutdown.AtOnce = () => _exits.Add(0);
        _shutdown.Signal();
        _shutdown.Step = "leaving the cluster";

        _time.Advance(Limit);

        Assert.Equal([0, Shutdown.BoundPassed], _exits);
        var line = _errors.ToString().TrimEnd().Split('\n')[^1];
        Assert.Contains("within 20 s (K2:Cluster:ShutdownSeconds): leaving the cluster was not finished", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Signal_Second_EndsAtOnce()
    {
        _shutdown.AtOnce = () => _exits.Add(0);
        _shutdown.Signal();
        _shutdown.Step = "storing what was taken";

        _shutdown.Signal();

        Assert.Equal([0, Shutdown.SecondSignal], _exits);
        Assert.Contains("storing what was taken was not finished", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Begin_WithoutASignal_CountsTheTimeOnce_AndTheFirstSignalEndsNothing()
    {
        _shutdown.Begin();
        _time.Advance(Limit / 2);
        _shutdown.Begin();
        _shutdown.Signal();
        Assert.Empty(_exits);

        _time.Advance(Limit / 2);

        Assert.Equal([Shutdown.BoundPassed], _exits);
    }

    [Fact]
    public void Dispose_InTime_SaysNothing()
    {
        _shutdown.Signal();

        _shutdown.Dispose();
        _time.Advance(Limit * 2);

        Assert.Empty(_exits);
        Assert.Equal("", _errors.ToString());
    }
}
