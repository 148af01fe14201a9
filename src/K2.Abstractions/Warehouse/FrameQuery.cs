using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>Asks for the raw frames that may carry an instrument's trades of [From, Until).</summary>
/// <param name="Exchange">The exchange.</param>
/// <param name="Needle">What a frame of the instrument contains: its native name.</param>
/// <param name="RestMark">What stands in the origin of REST pages, which may have been received at any later time.</param>
/// <param name="RestSuffix">How the origins of the instrument's REST pages end.</param>
/// <param name="From">First exchange time.</param>
/// <param name="Until">End of the exchange times.</param>
public sealed record FrameQuery(Exchange Exchange, string Needle, string RestMark, string RestSuffix, Timestamp From, Timestamp Until);
