using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using K2.Client;

namespace K2.Cli.Doctor;

/// <summary>The programs and the machine themselves.</summary>
internal sealed class ProcessTools : ITools
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    public async Task<string?> FirstLineAsync(string program, string argument, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });
            if (process is null) return null;
            try
            {
                using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
                var errors = process.StandardError.ReadToEndAsync(both.Token);
                var output = await process.StandardOutput.ReadToEndAsync(both.Token);
                await errors;
                await process.WaitForExitAsync(both.Token);
                return process.ExitCode == 0 ? output.Split('\n')[0].Trim() : null;
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public bool IsPortFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public long FreeBytes(string path) => new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;

    public async Task<bool> SiloAnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var client = await K2Client.ConnectAsync(options: new K2ClientOptions { ConnectGatewayOnFirstUse = true, RequestTimeout = AnswerPatience }, cancellationToken: cancellationToken);
            return true;
        }
        catch (K2ClientException)
        {
            return false;
        }
    }
}
