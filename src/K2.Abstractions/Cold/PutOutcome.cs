namespace K2.Abstractions.Cold;

/// <summary>What became of a conditional put.</summary>
public enum PutOutcome
{
    /// <summary>The object was written by this call.</summary>
    Created = 1,

    /// <summary>An object of that key was there; it was left as it is.</summary>
    AlreadyThere = 2,
}
