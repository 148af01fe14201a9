using System.Net;
using ClickHouse.Driver;

namespace K2.Warehouse.Writing;

/// <summary>Classifies failed inserts by ClickHouse's error codes (its ErrorCodes.cpp).</summary>
internal static class InsertFailure
{
    /// <summary>Returns the class. A code that is in neither list is fatal: what is not known to be one row's fault must not empty blocks into the dead letters.</summary>
    public static FailureClass Classify(Exception failure) => failure switch
    {
        OverflowException => FailureClass.Poison,
        ClickHouseServerException refused => Classify(refused.ErrorCode),
        HttpRequestException or IOException or WebException or OperationCanceledException => FailureClass.Transient,
        _ => FailureClass.Fatal,
    };

    private static FailureClass Classify(int code) => code switch
    {
        // An answer without a code is a proxy's, not ClickHouse's.
        <= 0 => FailureClass.Transient,

        // A body that broke off (32, 33: this side never sends half a block); time, memory, space, load; a server that stops or reads only for a while.
        32 or 33 or 159 or 160 or 173 or 202 or 209 or 210 or 225 or 236 or 241 or 242 or 243 or 252 or 279 or 285 or 319 or 394 or 439 or 473 or 999 or 1001 => FailureClass.Transient,

        // Values: parse and conversion errors, ranges, nulls, constraints, enums, sizes.
        6 or 26 or 27 or 38 or 41 or 69 or 70 or 72 or 117 or 131 or 321 or 349 or 407 or 469 or 690 or 691 => FailureClass.Poison,
        _ => FailureClass.Fatal,
    };
}
