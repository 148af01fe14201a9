using System.Globalization;
using System.IO.Pipes;

namespace K2.Engine;

/// <summary>Runs one request's statement on a connection of its own, or on that of its session.</summary>
internal sealed class StatementRunner(EmbeddedServer server, RunningQueries running, SessionTable sessions, TimeProvider time)
{
    private const int CopyBytes = 1 << 16;
    private const int AppendBytes = 1 << 20;
    private const long DefaultSessionSeconds = 60;
    private const long LongestSessionSeconds = 3600;

    /// <summary>Runs the statement and sends its answer.</summary>
    /// <exception cref="EngineException">It was refused, and nothing is sent yet.</exception>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async Task RunAsync(HttpContext context, StatementRequest request)
    {
        Check(request);
        using var place = await running.EnterAsync(request.Id, request.IsPlatform, context.RequestAborted);
        using var session = TakeSession(request);
        using var own = session is null ? server.Open(request.ChangesNothing, request.Id) : null;
        var connection = session?.Connection ?? own!;
        using var answer = new AnswerWriter(context, request, server.TimeZone);
        var before = session is null && request.IsPlain ? default : await OnThread(() => Prepare(connection, request, session is not null));
        try
        {
            // The platform's answers are short, by limits of its own: the way through a pipe would cost them half a millisecond.
            var done = request.Statement.DataStart >= 0 && request.WholeText is null ? await InsertAsync(context, request, connection) : request.Statement.ReturnsRows && request.IsStreamed ? await StreamAsync(context, request, connection, answer) : await PlainAsync(context, request, connection, answer);
            await answer.CompleteAsync(done);
        }
        catch (EngineException failure) when (answer.IsSending)
        {
            await answer.BreakAsync(failure.Message, time);
        }
        finally
        {
            if (session is not null) await OnThread(() => before.Restore(connection, request));
        }
    }

    private static void Check(StatementRequest request)
    {
        var statement = request.Statement;
        if (statement.NamesClientFile) throw EngineException.Of(358, "INTO OUTFILE and FROM INFILE are for clients that have files: send or take the data by HTTP", "INTO_OUTFILE_NOT_ALLOWED");
        if (statement.HasMore) throw EngineException.Of(62, "Syntax error (Multi-statements are not allowed): send one statement in a request", "SYNTAX_ERROR");

        // The engine itself refuses most on a read-only connection, but neither inserts into table functions nor anything on a session's connection.
        if (request.ChangesNothing && (statement.IsInsert || (request.SessionId is not null && !statement.OnlyReads))) throw EngineException.Of(164, "default: Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries", "READONLY");
    }

    /// <summary>The engine's calls wait: the pool begins with threads enough for all places.</summary>
    private static Task<T> OnThread<T>(Func<T> run) => Task.Run(run, CancellationToken.None);

    private static Task OnThread(Action run) => Task.Run(run, CancellationToken.None);

    private SessionTable.Lease? TakeSession(StatementRequest request)
    {
        if (request.SessionId is null) return null;
        var seconds = request.Number("session_timeout", DefaultSessionSeconds);
        if (seconds > LongestSessionSeconds) throw EngineException.Of(374, $"Session timeout '{seconds}' is larger than max_session_timeout: {LongestSessionSeconds}", "INVALID_SESSION_TIMEOUT");
        return sessions.Take(request.SessionId, TimeSpan.FromSeconds(seconds), request.IsTrue("session_check"), request.IsTrue("close_session"));
    }

    private static SessionState Prepare(EngineConnection connection, StatementRequest request, bool inSession)
    {
        var settings = request.Settings.ToList();
        if (inSession && settings.All(setting => setting.Key != RequestNames.Comment)) settings.Add(new(RequestNames.Comment, request.Id));
        var before = inSession ? SessionState.Of(connection, settings) : default;
        if (request.Database is { } database) connection.Use(database);
        connection.Set(settings);
        foreach (var table in request.Tables) table.Create(connection);
        return before;
    }

    /// <summary>A query whose answer can be long: the engine writes it into a pipe in its exact format, which the engine's own streaming does not keep.</summary>
    private async Task<QueryStatistics> StreamAsync(HttpContext context, StatementRequest request, EngineConnection connection, AnswerWriter answer)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        var format = Format(request, answer);
        var clause = string.Create(CultureInfo.InvariantCulture, $"\nINTO OUTFILE '/dev/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}' APPEND COMPRESSION 'none'\n");
        var sql = request.Statement.FormatStart < 0 ? $"{request.Sql}{clause}FORMAT {format}" : request.SqlBeforeFormat + clause + request.Sql[request.SqlBeforeFormat.Length..];
        var query = OnThread(() =>
        {
            try
            {
                return connection.Query(sql, format, null);
            }
            finally
            {
                pipe.DisposeLocalCopyOfClientHandle();
            }
        });
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var copy = OnThread(() => CopyAll(request, format, pipe, answer, broken));
        await EndAsync(context, request.Id, Task.WhenAll(query, copy), query, broken.Task);
        await copy;
        return await query;
    }

    private async Task<QueryStatistics> PlainAsync(HttpContext context, StatementRequest request, EngineConnection connection, AnswerWriter answer)
    {
        var format = Format(request, answer);
        var sql = request.WholeText ?? (request.Statement.Keyword == "KILL" ? SqlStatement.KillByRequestId(request.Sql) : request.Sql);
        var query = OnThread(() => connection.Query(sql, format, result => Copy(request, format, result, answer)));
        // As in ClickHouse, what changes something goes on when its client is gone.
        if (request.Statement.OnlyReads) await EndAsync(context, request.Id, query, query, new TaskCompletionSource().Task);
        return await query;
    }

    /// <summary>Waits for an end; stops the query if the client goes away or its answer cannot be passed on.</summary>
    private async Task EndAsync(HttpContext context, string id, Task end, Task query, Task broken)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
        if (await Task.WhenAny(end, gone.Task, broken) != end) await running.StopAsync(id, query);
        await end.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        context.RequestAborted.ThrowIfCancellationRequested();
    }

    private string Format(StatementRequest request, AnswerWriter answer)
    {
        var name = request.Statement.Format ?? request.DefaultFormat;
        if (!name.All(char.IsAsciiLetterOrDigit)) throw EngineException.Of(73, $"Unknown format '{name}'", "UNKNOWN_FORMAT");
        if (!server.Formats.TryGetValue(name, out var known)) return name;
        if (request.Statement.OnlyReads) answer.SetFormat(known.Name, known.ContentType);
        return known.Name;
    }

    private static void CopyAll(StatementRequest request, string format, Stream pipe, AnswerWriter answer, TaskCompletionSource broken)
    {
        try
        {
            Copy(request, format, pipe, answer);
        }
        catch
        {
            // The engine must not hang at a full pipe until it is stopped.
            broken.TrySetResult();
            pipe.CopyTo(Stream.Null);
            throw;
        }
    }

    private static void Copy(StatementRequest request, string format, Stream from, AnswerWriter answer)
    {
        if (format == "Native" && request.ProtocolVersion > 0)
        {
            using var buffered = new BufferedStream(new UnclosedAnswer(answer), CopyBytes);
            new NativeCopier(from, buffered, request.ProtocolVersion).Run();
        }
        else
        {
            from.CopyTo(answer, CopyBytes);
        }
    }

    private static async Task<QueryStatistics> InsertAsync(HttpContext context, StatementRequest request, EngineConnection connection)
    {
        using var insert = await OnThread(() => connection.Insert(request.Sql, request.Statement.Format!));
        await OnThread(() => insert.Append(request.Data.Span));
        if (request.MoreData is { } more)
        {
            var total = (long)request.Data.Length;
            var buffer = new byte[AppendBytes];
            while (await more.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted) is > 0 and var read)
            {
                if ((total += read) > FrontLimits.DataBytes) throw EngineException.Of(307, $"An insert of more than {FrontLimits.DataBytes} bytes is not taken: send it in parts", "TOO_MANY_BYTES");
                await OnThread(() => insert.Append(buffer.AsSpan(0, read)));
            }
        }

        return await OnThread(insert.Complete);
    }
}
