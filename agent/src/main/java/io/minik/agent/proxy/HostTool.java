package io.minik.agent.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of the host (nft, conntrack) to its end. Blocking: a worker's work. */
final class HostTool {
    /** A full load of 10,000 services takes half a second; a program that hangs must not hold the worker for ever. */
    private static final int TIMEOUT_SECONDS = 60;
    /** Of a complaint, what fits into a log line. */
    private static final int MAX_COMPLAINT = 2000;

    private HostTool() {}

    /** @return what it says. @throws IOException if it can't be run, or says no: with its words */
    static String run(List<String> command, String input) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            // Both tools read all of their input before they complain, and say little.
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(command.get(0) + " did not end within " + TIMEOUT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException(command.get(0) + " exits with " + process.exitValue() + ": "
                        + output.substring(0, Math.min(MAX_COMPLAINT, output.length())));
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command.get(0) + " ran", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
