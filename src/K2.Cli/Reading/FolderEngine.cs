using K2.Abstractions.Warehouse;
using K2.Cli.Locating;
using K2.Domain.Instruments;

namespace K2.Cli.Reading;

/// <summary>The engine of a folder whose silo does not run, started for one command.</summary>
internal sealed class FolderEngine : IAsyncDisposable
{
    private FolderEngine(IWarehouseReader reader, InstrumentTable instruments, Uri url)
    {
        Reader = reader;
        Instruments = instruments;
        Url = url;
    }

    public IWarehouseReader Reader { get; }

    public InstrumentTable Instruments { get; }

    public Uri Url { get; }

    public static Task<FolderEngine> StartAsync(Target.AtRest folder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        throw CliException.Failed($"this build cannot read {folder.Path} without its silo.");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
