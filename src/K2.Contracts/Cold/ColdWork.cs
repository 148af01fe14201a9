namespace K2.Contracts.Cold;

/// <summary>What can be done with a cold table. The numbers are part of the wire format.</summary>
public enum ColdWork
{
    /// <summary>Nothing.</summary>
    Unknown = 0,

    /// <summary>Take over what is durable in the warehouse and not in the table.</summary>
    Export = 1,

    /// <summary>Join small files, let old snapshots go, delete what nothing refers to.</summary>
    Maintain = 2,

    /// <summary>Compare the table with the warehouse and with its own files.</summary>
    Audit = 3,

    /// <summary>Load a range of days into the warehouse.</summary>
    Restore = 4,
}
