package io.minik.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a program of the host (nft, conntrack, modprobe) to its end, or to a deadline that covers all of it: start, input,
 * output, end. Blocking, for a worker; whatever the program does, the worker has its answer by then.
 *
 * <p>A program that overruns is killed with all that it started. Where even that does not free the thread that reads it (a
 * kernel that holds it), the thread is given up: it is a daemon, and only {@link #MOST_RUNS} may be at work at a time.
 */
public final class HostTool {
    /** Proxy, host ports and masquerading run one each; the rest is for those that hang. */
    private static final int MOST_RUNS = 8;

    /** Of a complaint, what fits into a log line. */
    private static final int MAX_COMPLAINT = 2000;

    /** More than a listing of 10,000 Services says: a program that never stops talking must not fill the heap. */
    private static final int MAX_OUTPUT_BYTES = 16 << 20;

    /** It ran to its end and said no. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        private Refused(String message) {
            super(message);
        }
    }

    private static final Semaphore RUNS = new Semaphore(MOST_RUNS);

    private final List<String> command;
    private final byte[] input;
    private final CompletableFuture<String> outcome = new CompletableFuture<>();
    private final CompletableFuture<Process> process = new CompletableFuture<>();

    private HostTool(List<String> command, String input) {
        this.command = command;
        this.input = input.getBytes(StandardCharsets.UTF_8);
    }

    /** @return what it says. @throws IOException if it can't be run or is not done in time; {@link Refused} with its words */
    public static String run(List<String> command, String input, Duration limit) throws IOException {
        return new HostTool(command, input).run(limit);
    }

    /** Where a program is: daemons are often started without the folders of root's programs. */
    public static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin";
        for (String folder : path.split(":", -1)) {
            Path program = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isExecutable(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    private String run(Duration limit) throws IOException {
        String name = command.get(0);
        if (!RUNS.tryAcquire()) {
            throw new IOException(name + " is not run: " + MOST_RUNS + " programs of the host hang already");
        }
        Thread thread = new Thread(this::play, "minik-tool");
        thread.setDaemon(true);
        thread.start();
        try {
            return outcome.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooLong) {
            throw new IOException(name + " did not end within " + limit.toSeconds() + " s and was killed", tooLong);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException known ? known : new IOException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " ran", stopped);
        } finally {
            process.thenAccept(HostTool::kill);
        }
    }

    private static void kill(Process running) {
        if (running.isAlive()) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
        }
    }

    /** What the tool's thread does. */
    private void play() {
        try {
            Process running =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.complete(running);
            outcome.complete(converse(running));
        } catch (IOException | RuntimeException failed) {
            outcome.completeExceptionally(failed);
        } catch (InterruptedException impossible) {
            outcome.completeExceptionally(new IOException(impossible));
        } finally {
            RUNS.release();
        }
    }

    private String converse(Process running) throws IOException, InterruptedException {
        // The programs of interest read all of their input before they complain, and say little.
        Optional<IOException> unread = Optional.empty();
        try (OutputStream in = running.getOutputStream()) {
            in.write(input);
        } catch (IOException closed) {
            // Its words and its code say why better than a broken pipe does.
            unread = Optional.of(closed);
        }
        byte[] said = running.getInputStream().readNBytes(MAX_OUTPUT_BYTES);
        if (said.length == MAX_OUTPUT_BYTES) {
            kill(running);
        }
        int code = running.waitFor();
        String words = new String(said, StandardCharsets.UTF_8).strip();
        if (code != 0) {
            throw new Refused(command.get(0) + " exits with " + code + ": "
                    + words.substring(0, Math.min(MAX_COMPLAINT, words.length())));
        }
        if (unread.isPresent()) {
            throw new IOException(command.get(0) + " did not read its input", unread.get());
        }
        return words;
    }
}
