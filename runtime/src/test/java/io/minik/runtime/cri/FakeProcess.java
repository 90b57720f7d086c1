package io.minik.runtime.cri;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.CriException.Code;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A program in memory. {@code sh -c} understands {@code echo WORDS [>&2]} with variables, {@code sleep SECONDS}, {@code trap ''
 * TERM}, {@code cat} and {@code exit CODE}, one after the other; {@code stubborn} ignores the stop signal; every other program
 * runs until it is told to end. A program with an absolute path, but for {@code /bin/sh}, is not there.
 */
final class FakeProcess implements Session {
    private static final Pattern VARIABLE = Pattern.compile("\\$([A-Z_]+)");
    private static final int KILLED = 137;
    private static final int TERMINATED = 143;

    private final Loop loop;
    private final Map<String, String> env;
    private final Queue<String> script = new ArrayDeque<>();
    private final boolean endless;
    private final FakeStream stdout = new FakeStream();
    private final FakeStream stderr = new FakeStream();
    private final Promise<Integer> exit = Promise.promise();
    private boolean deaf;
    private boolean copying;
    private boolean stdinEnded;
    private Loop.Timer timer = () -> {};

    /** Hears each line. */
    interface Output {
        void line(String stream, String text);
    }

    private final @Nullable Output output;

    FakeProcess(Loop loop, List<String> argv, Map<String, String> env, @Nullable Output output) {
        this.loop = loop;
        this.env = env;
        this.output = output;
        String program = argv.get(0);
        if (program.startsWith("/") && !program.equals("/bin/sh")) {
            throw new CriException(Code.FAILED_PRECONDITION, "exec " + program + ": no such file or directory");
        }
        this.deaf = program.equals("stubborn");
        boolean shell =
                argv.size() == 3 && program.endsWith("sh") && argv.get(1).equals("-c");
        this.endless = !shell && !program.equals("cat");
        if (program.equals("cat")) {
            script.add("cat");
        } else if (shell) {
            script.addAll(List.of(argv.get(2).split("\\s*;\\s*")));
        }
    }

    /** Until it waits for something. */
    void run() {
        while (!endless && !exit.future().isComplete() && !copying) {
            String statement = script.poll();
            if (statement == null) {
                end(0);
            } else if (statement.startsWith("sleep ")) {
                timer = loop.after(Duration.ofSeconds(Long.parseLong(statement.substring(6))), this::run);
                return;
            } else {
                step(statement);
            }
        }
    }

    private void step(String statement) {
        if (statement.startsWith("echo ")) {
            boolean error = statement.endsWith(">&2");
            String text = statement.substring(5).replaceFirst("\\s*>&2$", "");
            write(
                    error ? "stderr" : "stdout",
                    VARIABLE.matcher(text)
                            .replaceAll(name -> Matcher.quoteReplacement(env.getOrDefault(name.group(1), ""))));
        } else if (statement.equals("trap '' TERM")) {
            deaf = true;
        } else if (statement.equals("cat")) {
            copying = !stdinEnded;
        } else if (statement.startsWith("exit ")) {
            end(Integer.parseInt(statement.substring(5)));
        } else {
            write("stderr", statement + ": not found");
            end(127);
        }
    }

    private void write(String stream, String text) {
        if (output != null) {
            output.line(stream, text);
        }
        (stream.equals("stdout") ? stdout : stderr).give(Buffer.buffer(text + "\n"));
    }

    void end(int code) {
        timer.cancel();
        if (exit.tryComplete(code)) {
            stdout.finish();
            stderr.finish();
        }
    }

    /** The stop signal, and the kill after the time. */
    void stop(Duration timeout) {
        if (timeout.isZero()) {
            end(KILLED);
        } else if (!deaf) {
            end(TERMINATED);
        } else {
            timer = loop.after(timeout, () -> end(KILLED));
        }
    }

    @Override
    public WriteStream<Buffer> stdin() {
        return new FakeStream.Sink(bytes -> write("stdout", bytes.toString().stripTrailing()), () -> {
            stdinEnded = true;
            if (copying) {
                copying = false;
                run();
            }
        });
    }

    @Override
    public ReadStream<Buffer> stdout() {
        return stdout;
    }

    @Override
    public ReadStream<Buffer> stderr() {
        return stderr;
    }

    @Override
    public void resize(int columns, int rows) {}

    @Override
    public Future<Integer> exit() {
        return exit.future();
    }

    @Override
    public void close() {
        end(KILLED);
    }
}
