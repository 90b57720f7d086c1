package io.minik.cli;

import io.minik.server.http.ApiServer.Page;
import io.minik.server.http.ApiServer.PageAnswer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code /statusz} and {@code /flagz}: what runs, since when, and how it was told to. For people. */
final class ZPages {
    private static final String WARNING =
            "Warning: This endpoint is not meant to be machine parseable, has no formatting"
                    + " compatibility guarantees and is for debugging purposes only.\n\n";

    /** Their values let in whoever reads them. */
    private static final Set<String> SECRET = Set.of("--token", "--agent-token");

    private ZPages() {}

    /** @param options objects with picocli's options, as the start was told them */
    static Map<String, Page> of(Build build, List<Object> options) {
        return Map.of(
                "/statusz", request -> text("kube-apiserver statusz\n" + WARNING + status(build)),
                "/flagz", request -> text("kube-apiserver flagz\n" + WARNING + flags(options)));
    }

    private static Future<PageAnswer> text(String body) {
        return Future.succeededFuture(
                new PageAnswer(200, "text/plain; charset=utf-8", Map.of(), Buffer.buffer("\n" + body)));
    }

    private static String status(Build build) {
        var process = ManagementFactory.getRuntimeMXBean();
        Duration up = Duration.ofMillis(process.getUptime());
        return "Started: " + Instant.ofEpochMilli(process.getStartTime()) + "\nUp: " + up.toHours() + " hr "
                + up.toMinutesPart() + " min " + up.toSecondsPart() + " sec\nJava version: " + Runtime.version()
                + "\nBinary version: " + build.gitVersion() + "\nEmulation version: " + build.majorMinor() + "\n";
    }

    static String flags(List<Object> options) {
        Map<String, String> lines = new TreeMap<>();
        for (Object each : options) {
            for (OptionSpec option : CommandSpec.forAnnotatedObject(each).options()) {
                Object value = option.getValue();
                boolean secret = SECRET.contains(option.longestName())
                        && !String.valueOf(value).isEmpty();
                lines.put(option.longestName().replaceFirst("^--", ""), secret ? "CLASSIFIED" : String.valueOf(value));
            }
        }
        List<String> text = new ArrayList<>();
        lines.forEach((name, value) -> text.add(name + "=" + value + "\n"));
        return String.join("", text);
    }
}
