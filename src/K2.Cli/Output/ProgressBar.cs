using System.Globalization;

namespace K2.Cli.Output;

/// <summary>One line that shows how far something is: rewritten in place on a terminal, plain lines every few seconds elsewhere.</summary>
internal sealed class ProgressBar(Terminal terminal, string title, TimeProvider time)
{
    private const int Width = 30;
    private static readonly TimeSpan PlainPeriod = TimeSpan.FromSeconds(5);
    private long _lastPlain;
    private bool _isOpen;

    public void Show(long done, long whole, string words)
    {
        var share = whole <= 0 ? 1m : Math.Clamp((decimal)done / whole, 0, 1);
        var filled = (int)(share * Width);
        var text = string.Create(CultureInfo.InvariantCulture, $"{title} [{new string('#', filled)}{new string('.', Width - filled)}] {share * 100:0.0} % {done:N0} of {whole:N0}{(words.Length > 0 ? ", " + words : "")}");
        if (terminal.IsInteractive)
        {
            terminal.Out.Write("\r" + text + "\u001b[K");
            _isOpen = true;
        }
        else if (_lastPlain == 0 || share == 1 || time.GetElapsedTime(_lastPlain) >= PlainPeriod)
        {
            _lastPlain = time.GetTimestamp();
            terminal.Out.WriteLine(text);
        }

        terminal.Out.Flush();
    }

    public void End()
    {
        if (_isOpen) terminal.Out.WriteLine();
        _isOpen = false;
    }
}
