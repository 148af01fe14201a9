using System.Globalization;
using K2.Cli.Rig;

namespace K2.Cli.Bench.Cluster;

/// <summary>What was measured of one failure.</summary>
/// <param name="Failure">The failure.</param>
/// <param name="IsCalm">Whether everything flowed again within the limit.</param>
/// <param name="Streams">From the failure, or from its end where it was ended, until every symbol streamed.</param>
/// <param name="Flow">From the same moment until trades were in ClickHouse as soon as usual.</param>
/// <param name="Oldest">The oldest that the newest complete moment became.</param>
/// <param name="Return">Until trades flowed as usual after the part that failed was back; null where nothing came back by itself.</param>
/// <param name="Requests">Requests to the API meanwhile.</param>
/// <param name="Errors">Those that were not answered, and could be repeated.</param>
/// <param name="BadErrors">Those that were not answered otherwise.</param>
/// <param name="LastError">From the failure, or from its end, to the last request that was not answered.</param>
internal sealed record FailureRow(
    ClusterFailure Failure, bool IsCalm, TimeSpan Streams, TimeSpan Flow, TimeSpan Oldest, TimeSpan? Return, int Requests, int Errors, int BadErrors, TimeSpan LastError)
{
    public static string Header => "| failure | symbols stream after | trades flow after | most behind | after its return | API: failed of asked | last after |\n|---|---|---|---|---|---|---|";

    public override string ToString() => Failure.Skipped.Length > 0
        ? $"| {Failure.What} | skipped: {Failure.Skipped} | | | | | |"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"| {Failure.What} | {FlowWatch.Seconds(Streams)} s | {(IsCalm ? FlowWatch.Seconds(Flow) + " s" : "NOT")} | {FlowWatch.Seconds(Oldest)} s | {(Return is { } back ? FlowWatch.Seconds(back) + " s" : "-")} | {Errors + BadErrors} of {Requests}{(BadErrors > 0 ? $" ({BadErrors} without 503)" : "")} | {(Errors + BadErrors == 0 ? "-" : LastError < TimeSpan.Zero ? "while it lasted" : FlowWatch.Seconds(LastError) + " s")} |");
}
