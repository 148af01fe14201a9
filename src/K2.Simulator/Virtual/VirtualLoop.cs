namespace K2.Simulator.Virtual;

/// <summary>
/// Runs asynchronous work on one thread and one <see cref="VirtualTime"/>: what is ready goes first, in the order in which it became ready; when nothing is, the clock
/// jumps to the next timer. Work that keeps to that clock and to this context takes the same steps each time it runs.
/// </summary>
public sealed class VirtualLoop : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile string? _stranger;

    private VirtualLoop()
    {
    }

    /// <summary>Runs work to its end.</summary>
    /// <param name="time">The clock that the work uses.</param>
    /// <param name="work">The work.</param>
    /// <exception cref="InvalidOperationException">The work left the loop, by way of the thread pool or another clock: it would not be the same each time.</exception>
    public static void Run(VirtualTime time, Func<Task> work)
    {
        var before = Current;
        var loop = new VirtualLoop();
        try
        {
            SetSynchronizationContext(loop);
            var task = work();
            while (!task.IsCompleted)
            {
                // What ran last may have taken the context off, to hand something over at once.
                SetSynchronizationContext(loop);
                if (loop._stranger is { } words) throw new InvalidOperationException(words);
                if (loop._ready.TryDequeue(out var next)) next.Callback(next.State);
                else if (!time.TryAdvance()) throw new InvalidOperationException("nothing is ready and no timer is set, but the work has not ended: it waits for something outside of the loop");
            }

#pragma warning disable VSTHRD002 // The work has ended: this only throws what it threw.
            task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        // Nothing is added: a queue that two threads write to has no order that could be repeated.
        if (Environment.CurrentManagedThreadId == _thread) _ready.Enqueue((d, state));
        else _stranger = $"work came into the loop from another thread:{Environment.NewLine}{Environment.StackTrace}";
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("the loop has one thread");
}
