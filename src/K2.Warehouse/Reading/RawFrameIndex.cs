using System.Globalization;
using ClickHouse.Driver;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;

namespace K2.Warehouse.Reading;

/// <summary>Looks frames up by the chunks of their origin, which is the beginning of the table's key.</summary>
internal sealed class RawFrameIndex(ClickHouseClient client) : IRawFrameIndex
{
    private const string Sql =
        "SELECT arrayJoin(arrayFilter(number -> number BETWEEN {first:Int64} AND {last:Int64}, sequences)) FROM k2.raw_chunks WHERE exchange = {exchange:String} AND origin = {origin:String} AND first_sequence <= {last:Int64}";

    public async Task<IReadOnlySet<long>> FindAsync(Exchange exchange, string origin, long first, long last, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["exchange"] = exchange.ToName(),
            ["origin"] = origin,
            ["first"] = first.ToString(CultureInfo.InvariantCulture),
            ["last"] = last.ToString(CultureInfo.InvariantCulture),
        };
        var found = new HashSet<long>();
        await using var rows = await RowReader.QueryAsync(client, Sql, parameters, cancellationToken);
        while (rows.HasRow()) found.Add(rows.Int64());
        return found;
    }
}
