using K2.Abstractions.Diagnostics;

namespace K2.Silo;

/// <summary>
/// Ends a silo that Orleans says must not go on, in nearly all cases because the others have declared it dead: it was frozen or cut off, and they do its work by now. It ends at once, since nothing that it
/// holds counts any more, and with a line in place of a core dump; who restarts it (docker compose does) gets a silo that joins anew.
/// </summary>
internal sealed class FatalErrors(Shutdown shutdown) : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) => shutdown.Fail(OneLine.Of(Short(context ?? exception?.Message ?? "Orleans does not say why.")));

    // Orleans adds the whole membership.
    private static string Short(string context) => context.Split("Membership:", 2)[0].Trim();
}
