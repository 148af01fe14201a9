namespace K2.Grains.Placement;

/// <summary>A grain that works without being asked, and that can go on working in another silo.</summary>
[Alias("k2.IMovableGrain")]
public interface IMovableGrain : IGrainWithStringKey
{
    /// <summary>Ends here and starts in another silo, as soon as it has nothing in hand. It stays where it is if it is there already, or if an operator has stopped it.</summary>
    [Alias("MoveTo")]
    Task MoveTo(SiloAddress silo);
}
