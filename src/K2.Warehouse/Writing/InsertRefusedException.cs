using K2.Abstractions;

namespace K2.Warehouse.Writing;

/// <summary>ClickHouse refused an insert in a way that a repeat cannot mend.</summary>
internal sealed class InsertRefusedException(string message, FailureClass failureClass, Exception? inner = null) : K2Exception(message, false, inner)
{
    /// <summary>Poison or fatal.</summary>
    public FailureClass Class { get; } = failureClass;
}
