using K2.Domain.Candles;
using K2.Domain.Trades;

namespace K2.Contracts.Http;

internal sealed class TakerSideConverter : EnumTextConverter<TakerSide>
{
    protected override string ToWire(TakerSide value) => value.ToWire();
}

internal sealed class TradeSourceConverter : EnumTextConverter<TradeSource>
{
    protected override string ToWire(TradeSource value) => value.ToWire();
}

internal sealed class TradeKindConverter : EnumTextConverter<TradeKind>
{
    protected override string ToWire(TradeKind value) => value.ToWire();
}

internal sealed class CompletenessConverter : EnumTextConverter<Completeness>
{
    protected override string ToWire(Completeness value) => value.ToWire();
}
