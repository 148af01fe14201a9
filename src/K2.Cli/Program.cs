using System.Runtime.InteropServices;
using K2.Cli;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CommandLine.RunAsync(args, new CliServices { Terminal = Terminal.OfProcess() }, stop.Token);

void Stop(PosixSignalContext context)
{
    // The first signal ends the command in order; a second one ends the process.
    if (stop.IsCancellationRequested) return;
    context.Cancel = true;
    stop.Cancel();
}
