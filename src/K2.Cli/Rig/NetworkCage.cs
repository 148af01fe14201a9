using System.Globalization;

namespace K2.Cli.Rig;

/// <summary>
/// A network namespace for one silo, joined to the machine by a pair of virtual interfaces. The silo reaches what listens on the machine's 127.0.0.1, and is reached at an address of its own;
/// while the link is cut nothing passes either way and nobody is told, as when a switch fails. Needs root.
/// </summary>
internal sealed class NetworkCage : IDisposable
{
    private readonly string _name;
    private readonly string _outside;
    private readonly string _inside;
    private readonly string _gateway;

    // Four addresses of its own for each process: a cage that a killed process has left behind stands in nobody's way.
    private NetworkCage(int number)
    {
        _name = string.Create(CultureInfo.InvariantCulture, $"k2c{number}");
        _outside = _name + "o";
        _inside = _name + "i";
        var (high, low) = Math.DivRem(number % (1 << 14), 1 << 6);
        _gateway = string.Create(CultureInfo.InvariantCulture, $"10.213.{high}.{(low * 4) + 1}");
        Address = string.Create(CultureInfo.InvariantCulture, $"10.213.{high}.{(low * 4) + 2}");
    }

    /// <summary>The silo's address.</summary>
    public string Address { get; }

    /// <summary>What starts a process in it.</summary>
    public IReadOnlyList<string> Launcher => ["ip", "netns", "exec", _name];

    /// <summary>Makes one; null where this process may not.</summary>
    public static NetworkCage? TryCreate()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return null;
        var cage = new NetworkCage(Environment.ProcessId % 100_000_000);
        if (cage.Make()) return cage;
        cage.Dispose();
        return null;
    }

    /// <summary>Lets nothing pass any more. The inner end goes down: were it the outer one, this machine would send the silo's packets to its own gateway.</summary>
    public void Cut() => Must(Inside("ip", "link", "set", _inside, "down"));

    /// <summary>Lets everything pass again.</summary>
    public void Join()
    {
        Must(Inside("ip", "link", "set", _inside, "up"));
        Must(Inside("ip", "route", "replace", "127.0.0.0/8", "via", _gateway, "dev", _inside, "src", Address));
    }

    public void Dispose()
    {
        Shell.TryRun("ip", "netns", "del", _name);
        Shell.TryRun("ip", "link", "del", _outside);
    }

    // Packets to 127.0.0.1 leave the namespace by its only route, since its own loopback is taken off the table; both ends are told to let such addresses pass.
    private bool Make() =>
        Shell.TryRun("ip", "netns", "add", _name)
        && Shell.TryRun("ip", "link", "add", _outside, "type", "veth", "peer", "name", _inside)
        && Shell.TryRun("ip", "link", "set", _inside, "netns", _name)
        && Shell.TryRun("ip", "addr", "add", _gateway + "/30", "dev", _outside)
        && Shell.TryRun("ip", "link", "set", _outside, "up")
        && Shell.TryRun("sysctl", "-qw", $"net.ipv4.conf.{_outside}.route_localnet=1", $"net.ipv4.conf.{_outside}.arp_announce=2", $"net.ipv4.conf.{_outside}.rp_filter=0")
        && Inside("ip", "addr", "add", Address + "/30", "dev", _inside)
        && Inside("ip", "link", "set", _inside, "up")
        && Inside("ip", "link", "set", "lo", "up")
        && Inside("sysctl", "-qw", $"net.ipv4.conf.{_inside}.route_localnet=1", $"net.ipv4.conf.{_inside}.accept_local=1", $"net.ipv4.conf.{_inside}.arp_announce=2", $"net.ipv4.conf.{_inside}.rp_filter=0")
        && Inside("ip", "route", "del", "local", "127.0.0.0/8", "dev", "lo", "table", "local")
        && Inside("ip", "route", "del", "local", "127.0.0.1", "dev", "lo", "table", "local")
        && Inside("ip", "route", "add", "127.0.0.0/8", "via", _gateway, "dev", _inside, "src", Address);

    private bool Inside(params string[] command) => Shell.TryRun("ip", ["netns", "exec", _name, .. command]);

    private void Must(bool done)
    {
        if (!done) throw new InvalidOperationException($"the link of the network namespace {_name} cannot be changed");
    }
}
