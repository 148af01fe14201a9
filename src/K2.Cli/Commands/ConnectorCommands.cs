using System.CommandLine;
using K2.Cli.Locating;
using K2.Client;

namespace K2.Cli.Commands;

/// <summary><c>k2 pause</c>, <c>k2 drain</c> and <c>k2 resume EXCHANGE</c>: leave an exchange alone for a while.</summary>
internal static class ConnectorCommands
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static Command Pause(CliServices services, TargetOptions target) =>
        Create(services, target, "pause", "stop taking an exchange's trades; all that were taken are durable when this returns", (client, exchange, token) => client.PauseAsync(exchange, token), "paused");

    public static Command Resume(CliServices services, TargetOptions target) =>
        Create(services, target, "resume", "take an exchange's trades again and fetch what was missed", (client, exchange, token) => client.ResumeAsync(exchange, token), "resumed");

    public static Command Drain(CliServices services, TargetOptions target) =>
        Create(services, target, "drain", "stop taking an exchange's trades; all that were taken are in the warehouse when this returns", async (client, exchange, token) =>
        {
            while (await client.DrainAsync(exchange, token) > 0) await Task.Delay(Poll, services.Time, token);
        }, "drained");

    private static Command Create(CliServices services, TargetOptions target, string name, string description, Func<K2Client, string, CancellationToken, Task> call, string done)
    {
        var exchange = new Argument<string>("EXCHANGE") { Description = "binance, kraken or coinbase" };
        var command = new Command(name, description) { exchange };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            await call(client, result.GetValue(exchange)!, cancellationToken);
            await services.Terminal.Out.WriteLineAsync($"{result.GetValue(exchange)} {done}");
            return ExitCode.Ok;
        });
        return command;
    }
}
