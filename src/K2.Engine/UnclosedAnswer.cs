namespace K2.Engine;

/// <summary>Passes writes on to an answer that outlives the writer.</summary>
internal sealed class UnclosedAnswer(AnswerWriter answer) : OneWayStream
{
    public override bool CanWrite => true;

    public override void Write(byte[] buffer, int offset, int count) => answer.Write(buffer, offset, count);
}
