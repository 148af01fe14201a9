using ParquetSharp;

namespace K2.ColdTier.Parquet;

/// <summary>Reads the texts of a list's or a map's leaf row by row: a batch of values ends anywhere, also within a row.</summary>
internal sealed class NestedTexts(ColumnReader<ByteArray> reader)
{
    private const int Batch = 4096;
    private readonly short[] _definitions = new short[Batch];
    private readonly short[] _repetitions = new short[Batch];
    private readonly ByteArray[] _addresses = new ByteArray[Batch];
    private readonly TextBuffer _values = new();
    private int _level;
    private int _levels;
    private int _value;

    /// <summary>Adds the texts of the next row and returns how many there were.</summary>
    public int Read(TextBuffer to)
    {
        var count = 0;
        var started = false;
        while (_level < _levels || Load())
        {
            if (started && _repetitions[_level] == 0) break;
            started = true;
            if (_definitions[_level] == reader.ColumnDescriptor.MaxDefinitionLevel)
            {
                to.Add(_values[_value++]);
                count++;
            }

            _level++;
        }

        return count;
    }

    private bool Load()
    {
        (_level, _value) = (0, 0);
        _values.Clear();
        _levels = (int)reader.ReadBatch(Batch, _definitions, _repetitions, _addresses, out var read);
        for (var i = 0; i < read; i++) _values.Add(ColdFileReader.Bytes(_addresses[i]));
        return _levels > 0;
    }
}
