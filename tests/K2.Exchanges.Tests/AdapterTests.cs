using System.Text;
using K2.Domain.Instruments;
using K2.Exchanges.Binance;
using K2.Exchanges.Coinbase;
using K2.Exchanges.Kraken;

namespace K2.Exchanges.Tests;

public sealed class AdapterTests
{
    private static readonly Instrument[] Two = [Instrument("BTC/USD"), Instrument("DOGE/USD")];

    [Fact]
    public void Kraken_Messages_AsDocumented()
    {
        var adapter = new KrakenAdapter();

        Assert.Equal("wss://ws.kraken.com/v2", adapter.Endpoint.ToString());
        Assert.Equal("""{"method":"subscribe","params":{"channel":"trade","symbol":["BTC/USD","DOGE/USD"],"snapshot":true},"req_id":4}""", Text(adapter.SubscribeMessage(4, Two)));
        Assert.Equal("""{"method":"ping","req_id":5}""", Text(adapter.ProbeMessage(5)));
        Assert.Equal((0, TimeSpan.FromSeconds(5), "https://api.kraken.com/"), (adapter.OpeningMessages.Count, adapter.MaxSilence, adapter.History.BaseAddress.ToString()));
    }

    [Fact]
    public void Coinbase_Messages_AsDocumented()
    {
        var adapter = new CoinbaseAdapter();

        Assert.Equal("wss://advanced-trade-ws.coinbase.com/", adapter.Endpoint.ToString());
        Assert.Equal("""{"type":"subscribe","product_ids":["BTC/USD","DOGE/USD"],"channel":"market_trades"}""", Text(adapter.SubscribeMessage(4, Two)));
        Assert.Equal("""{"type":"subscribe","channel":"heartbeats"}""", Text(Assert.Single(adapter.OpeningMessages)));
        Assert.True(adapter.ProbeMessage(5).IsEmpty);
        Assert.Equal((TimeSpan.FromSeconds(5), "https://api.exchange.coinbase.com/"), (adapter.MaxSilence, adapter.History.BaseAddress.ToString()));
    }

    [Fact]
    public void Binance_Silence_TenSeconds()
    {
        var adapter = new BinanceAdapter();

        Assert.Equal((0, TimeSpan.FromSeconds(10), "https://data-api.binance.vision/"), (adapter.OpeningMessages.Count, adapter.MaxSilence, adapter.History.BaseAddress.ToString()));
    }

    private static Instrument Instrument(string symbol) => new(InstrumentId.Create(Exchange.Kraken, symbol), symbol, symbol.Split('/')[0], symbol.Split('/')[1], 8, 8);

    private static string Text(ReadOnlyMemory<byte> message) => Encoding.UTF8.GetString(message.Span);
}
