using Orleans.Runtime.Placement;

namespace K2.Grains.Placement;

/// <summary>How a grain moves.</summary>
internal static class MovableGrainExtensions
{
    /// <summary>Lets a grain go on in a silo, unless it is there.</summary>
    public static void MigrateTo(this Grain grain, SiloAddress silo)
    {
        if (grain.GrainContext.Address.SiloAddress is { } here && here.Equals(silo)) return;
        grain.GrainContext.Migrate(new Dictionary<string, object> { [IPlacementDirector.PlacementHintKey] = silo });
    }
}
