namespace K2.Cli.Bench.Fuzz;

/// <summary>Messages and REST pages of every form that the parsers know; mutations start from them.</summary>
internal static class FuzzExamples
{
    public static string[] Binance { get; } =
    [
        """{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}""",
        """{"e":"trade","E":1723161255343,"s":"ETHUSDT","t":1520538925,"p":"2683.01000000","q":"0.5","b":88,"a":89,"T":1723161255342,"m":false,"M":true}""",
        """{"stream":"dotusdt@aggTrade","data":{"e":"aggTrade","E":1617566591315,"s":"DOTUSDT","a":665076760,"p":"41.03000000","q":"0.08620500","f":745522877,"l":745522879,"T":1617566591314,"m":false,"M":true}}""",
        """{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1617566591315,"s":"BTCUSDT","k":{"t":1,"o":"1"}}}""",
        """{"result":null,"id":1}""",
        """{"result":["btcusdt@trade","ethusdt@trade"],"id":2}""",
        """{"error":{"code":2,"msg":"Invalid request"},"id":3}""",
        """{"event":{"e":"serverShutdown","E":1723161255343}}""",
    ];

    public static string[] Kraken { get; } =
    [
        """{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":61837.6,"qty":5e-05,"ord_type":"limit","trade_id":4665846,"timestamp":"2023-09-25T07:48:36.925533Z"},{"symbol":"ETH/USD","side":"sell","price":1.5E3,"qty":6423.46326,"ord_type":"market","trade_id":77,"timestamp":"2023-09-25T07:48:36.925533123Z"}]}""",
        """{"channel":"trade","type":"snapshot","data":[{"symbol":"DOGE/USD","side":"sell","price":0.0614,"qty":12,"ord_type":"limit","trade_id":9,"timestamp":"2023-09-25T07:48:36Z"}]}""",
        """{"method":"subscribe","result":{"channel":"trade","snapshot":true,"symbol":"BTC/USD"},"success":true,"req_id":1}""",
        """{"error":"Currency pair not supported XBT/EUR","method":"subscribe","success":false,"symbol":"XBT/EUR","req_id":2}""",
        """{"method":"pong","req_id":7,"time_in":"2023-09-24T14:10:23.799685Z"}""",
        """{"channel":"status","type":"update","data":[{"system":"online","api_version":"v2","connection_id":12345}]}""",
        """{"channel":"heartbeat"}""",
        """{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[]}]}""",
        """[993,[["354.11000000","0.89594024","1618678142.557535","s","l",""],["354.12","1","1618678142.557535","b","m",""]],"trade","XBT/USD"]""",
        """{"channelID":993,"channelName":"trade","event":"subscriptionStatus","pair":"XBT/USD","status":"subscribed","subscription":{"name":"trade"}}""",
        """{"errorMessage":"Currency pair not supported","event":"subscriptionStatus","pair":"XBT/EUR","status":"error"}""",
        """{"connectionID":1,"event":"systemStatus","status":"online","version":"1.8.1"}""",
    ];

    public static string[] Coinbase { get; } =
    [
        """{"channel":"market_trades","timestamp":"2026-08-09T21:05:51.452192913Z","sequence_num":136,"events":[{"type":"update","trades":[{"product_id":"BTC-USD","trade_id":"1068572097","price":"65083.66","size":"0.00100346","time":"2026-08-09T21:05:51.426861Z","side":"BUY"},{"product_id":"BTC-USD","trade_id":"1068572096","price":"65083.65","size":"1","time":"2026-08-09T21:05:51.4Z","side":"SELL"}]}]}""",
        """{"channel":"market_trades","sequence_num":0,"events":[{"type":"snapshot","trades":[{"product_id":"ETH-USD","trade_id":"5","price":"1","size":"2","time":"2026-08-09T21:05:51Z","side":"BUY"}]},{"type":"update","trades":[]}]}""",
        """{"channel":"subscriptions","sequence_num":2,"events":[{"subscriptions":{"heartbeats":["heartbeats"],"market_trades":["BTC-USD","ETH-USD"]}}]}""",
        """{"channel":"heartbeats","sequence_num":9,"events":[{"current_time":"2026-08-09 21:05:48.854840045 +0000 UTC m=+41691.260485341","heartbeat_counter":1}]}""",
        """{"channel":"ticker","sequence_num":3,"events":[{"type":"update","tickers":[]}]}""",
        """{"type":"error","message":"authentication failure","reason":"none"}""",
        """{"type":"match","trade_id":881613,"side":"sell","size":"0.04","price":"14.7775","product_id":"BTC-USD","sequence":333938798,"time":"2021-04-17T16:43:30.244075Z"}""",
        """{"type":"last_match","trade_id":881612,"side":"buy","size":"3","price":"14.5","product_id":"ETH-USD","sequence":1,"time":"2021-04-17T16:43:29Z"}""",
        """{"type":"subscriptions","channels":[{"name":"matches","product_ids":["BTC-USD"]}]}""",
        """{"type":"heartbeat","last_trade_id":5,"product_id":"BTC-USD","sequence":90}""",
    ];

    public static string[] BinancePages { get; } =
    [
        """[{"id":3735683259,"price":"61837.63000000","qty":"0.02000000","quoteQty":"1236.75260000","time":1723161255342,"isBuyerMaker":true,"isBestMatch":true},{"id":3735683260,"price":"61837.64","qty":"1","quoteQty":"61837.64","time":1723161255343,"isBuyerMaker":false,"isBestMatch":true}]""",
        """[{"a":665076760,"p":"41.03000000","q":"0.08620500","f":745522877,"l":745522879,"T":1617566591314,"m":false,"M":true}]""",
        """{"code":-1121,"msg":"Invalid symbol."}""",
        "[]",
    ];

    public static string[] KrakenPages { get; } =
    [
        """{"error":[],"result":{"XXBTZUSD":[["105433.60000","0.00027625",1762795433.9717445,"b","l","",10218208],["105410.10000","0.00005000",1762795457.8467374,"s","m","",10218209]],"last":"1762795457846737421"}}""",
        """{"error":["EGeneral:Too many requests"]}""",
        """{"error":[],"result":{"XXBTZUSD":[],"last":"1762795457846737421"}}""",
    ];

    public static string[] CoinbasePages { get; } =
    [
        """[{"time":"2026-08-09T21:05:51.426861Z","trade_id":1068572096,"price":"65083.66","size":"0.00100346","side":"buy"},{"time":"2026-08-09T21:05:50Z","trade_id":1068572095,"price":"65083.6","size":"2","side":"sell"}]""",
        """{"message":"NotFound"}""",
        "[]",
    ];

    public static string[] BinanceCandles { get; } =
    [
        """[[1723161240000,"61766.20","61839.80","61755.70","61807.80","196.112",1723161299999,"12120132.41840",2950,"103.638","6404690.00200","0"],[1723161300000,"61807.70","61839.90","61760.30","61760.30","136.450",1723161359999,"8432904.62160",2005,"57.185","3534417.70220","0"]]""",
        """{"code":-1120,"msg":"Invalid interval."}""",
        "[]",
    ];

    public static string[] KrakenCandles { get; } =
    [
        """{"error":[],"result":{"XXBTZUSD":[[1762795380,"105433.6","105433.6","105410.1","105410.1","105421.9","0.00032625",2],[1762795440,"105410.1","105410.1","105410.1","105410.1","0.0","0.00000000",0]],"last":1762795380}}""",
        """{"error":["EGeneral:Invalid arguments"]}""",
    ];

    public static string[] CoinbaseCandles { get; } =
    [
        "[[1786309500,65083.6,65083.66,65083.65,65083.6,1.00100346],[1786309440,65000,65100.5,65050,65083.65,1.2e-05]]",
        """{"message":"Unsupported granularity"}""",
    ];

    public static string[] BinanceListings { get; } =
    [
        """{"timezone":"UTC","serverTime":1,"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","filters":[{"filterType":"PRICE_FILTER","minPrice":"0.01","tickSize":"0.01000000"},{"filterType":"LOT_SIZE","stepSize":"0.00001000"}]}]}""",
        """{"code":-1121,"msg":"Invalid symbol."}""",
    ];

    public static string[] KrakenListings { get; } =
    [
        """{"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8,"tick_size":"0.1","status":"online"}}}""",
        """{"error":["EQuery:Unknown asset pair"]}""",
    ];

    public static string[] CoinbaseListings { get; } =
    [
        """{"id":"BTC-USD","base_currency":"BTC","quote_currency":"USD","quote_increment":"0.01","base_increment":"0.00000001","status":"online","trading_disabled":false}""",
        """{"message":"NotFound"}""",
    ];

    public static string[] BinanceLines { get; } = ["3735683259,61837.63000000,0.02000000,1236.75260000,1723161255342,True,True", "1,2.5,1,2.5,1735689600000123,False,True"];

    public static string[] BinanceAggregateLines { get; } = ["13519807,0.00141342,23.00000000,15373518,15373519,1570752011620,true,true"];

    public static string[] KrakenLines { get; } = ["1672531436,90.540000,1.10448420", "1618678142.557535,354.11,1"];
}
