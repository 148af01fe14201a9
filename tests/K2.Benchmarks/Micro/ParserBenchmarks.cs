using System.Text;
using BenchmarkDotNet.Attributes;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges;
using K2.Exchanges.Binance;
using K2.Exchanges.Coinbase;
using K2.Exchanges.Kraken;

namespace K2.Benchmarks.Micro;

/// <summary>A frame with one trade of each exchange.</summary>
[MemoryDiagnoser]
public class ParserBenchmarks
{
    private static readonly Timestamp Received = Timestamp.FromMilliseconds(1723161254087);
    private readonly FrameResult _result = new();
    private readonly BinanceFrameParser _binance = new(Table(Exchange.Binance, "BTC/USDT", "BTCUSDT"));
    private readonly KrakenFrameParser _kraken = new(Table(Exchange.Kraken, "BTC/USD", "BTC/USD"));
    private readonly CoinbaseFrameParser _coinbase = new(Table(Exchange.Coinbase, "BTC/USD", "BTC-USD"));
    private readonly byte[] _binanceFrame = Encoding.UTF8.GetBytes(
        """{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}""");

    private readonly byte[] _krakenFrame = Encoding.UTF8.GetBytes(
        """{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"sell","price":61837.6,"qty":0.02,"ord_type":"market","trade_id":4665846,"timestamp":"2024-08-08T23:54:15.342000Z"}]}""");

    private readonly byte[] _coinbaseFrame = Encoding.UTF8.GetBytes(
        """{"channel":"market_trades","client_id":"","timestamp":"2024-08-08T23:54:15.400000000Z","sequence_num":7,"events":[{"type":"update","trades":[{"trade_id":"12345","product_id":"BTC-USD","price":"61837.63","size":"0.02","side":"BUY","time":"2024-08-08T23:54:15.342000Z"}]}]}""");

    [GlobalSetup]
    public void SetUp()
    {
        // A frame that is refused would be fast for the wrong reason.
        if (Binance() != 1 || Kraken() != 1 || Coinbase() != 1) throw new InvalidOperationException($"{Binance()} {Kraken()} {Coinbase()} {_result.Reason} {_result.Detail}");
    }

    [Benchmark]
    public int Binance()
    {
        _binance.Parse(_binanceFrame, Received, TradeSource.Live, _result);
        return _result.Trades.Length;
    }

    [Benchmark]
    public int Kraken()
    {
        _kraken.Parse(_krakenFrame, Received, TradeSource.Live, _result);
        return _result.Trades.Length;
    }

    [Benchmark]
    public int Coinbase()
    {
        _coinbase.Parse(_coinbaseFrame, Received, TradeSource.Live, _result);
        return _result.Trades.Length;
    }

    private static InstrumentTable Table(Exchange exchange, string symbol, string native) => new([new Instrument(InstrumentId.Create(exchange, symbol), native, "BTC", symbol[4..], 8, 8)]);
}
