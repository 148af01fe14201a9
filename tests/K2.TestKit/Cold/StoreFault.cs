namespace K2.TestKit.Cold;

/// <summary>What happens to one call of a store.</summary>
public enum StoreFault
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It fails and nothing is done.</summary>
    RefuseBefore = 1,

    /// <summary>It is done, and the caller is told that it failed; of a conditional put that its outcome is unknown.</summary>
    LoseAnswer = 2,

    /// <summary>A conditional put is told that there is such an object, and nothing is done. Elsewhere as <see cref="None"/>.</summary>
    Conflict = 3,

    /// <summary>A conditional put is not done, and its outcome is unknown to the caller. Elsewhere as <see cref="RefuseBefore"/>.</summary>
    LoseRequest = 4,

    /// <summary>The outcome of a conditional put is unknown to the caller, and it is tried some calls later. Elsewhere as <see cref="RefuseBefore"/>.</summary>
    ArriveLate = 5,
}
