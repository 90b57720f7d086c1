package io.minik.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.KubeList;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.HttpCall;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code minik status}: what a minik of this machine is and does, at a glance. */
@Command(
        name = "status",
        description = {"What minik on this machine does, at a glance.", "The exit code is 0 if it runs and is ready."},
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class StatusCommand implements Callable<Integer> {
    private static final int OK = 200;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "text",
            description = "text or json (default ${DEFAULT-VALUE})")
    String output = "text";

    @Mixin
    ClientOptions client = new ClientOptions();

    /**
     * A line: what it is about, how it is said, and whether it is well.
     *
     * @param value the same for programs
     */
    record Line(String subject, String words, String value, boolean well) {}

    @Override
    public Integer call() {
        if (!List.of("text", "json").contains(output)) {
            throw new Flag("--output").wrong(output, "is neither text nor json");
        }
        List<Line> lines = new ArrayList<>();
        if (Files.isDirectory(client.runDir) && !Files.isExecutable(client.runDir)) {
            throw new StartFailure(client.runDir + " is root's alone: sudo minik status");
        }
        Optional<String> pid = Daemon.running(client.runDir);
        lines.add(pid.map(id -> new Line("minik", Build.THIS.version() + " runs (pid " + id + ")", "running", true))
                .orElseGet(() ->
                        new Line("minik", "does not run: systemctl start minik, or minik server", "stopped", false)));
        pid.map(id -> ProcessFigures.of(Path.of("/proc", id))).ifPresent(process -> lines.addAll(process.lines()));
        if (pid.isPresent() && Files.isDirectory(client.tls())) {
            try (ServerSession session = ServerSession.open(client)) {
                lines.add(rooms(session.ask(HttpMethod.GET, "/readyz?verbose", Buffer.buffer())));
                lines.add(counted("nodes", list(session, Resources.NODES), StatusCommand::nodeState));
                lines.add(counted("pods", list(session, Resources.PODS), pod -> pod.text("status", "phase")));
            } catch (StartFailure e) {
                lines.add(new Line("server", String.valueOf(e.getMessage()), "away", false));
            }
        }
        lines.add(certificates(InstantSource.system().instant()));
        System.out.print(text(lines, output));
        return lines.stream().allMatch(Line::well) ? 0 : Main.FAILED;
    }

    private static KubeList list(ServerSession session, Resource resource) {
        return session.answer(() -> session.api().list(resource, "", ListOptions.ALL));
    }

    /** Of {@code [+]etcd ok} and {@code [-]store failed: …}. */
    static Line rooms(HttpCall.Answer answer) {
        String body = answer.body().toString(StandardCharsets.UTF_8);
        long good = body.lines().filter(line -> line.startsWith("[+]")).count();
        List<String> bad = body.lines().filter(line -> line.startsWith("[-]")).toList();
        boolean well = answer.code() == OK && bad.isEmpty();
        return new Line(
                "rooms",
                well ? good + " ready" : good + " ready, " + bad.size() + " not: " + String.join("; ", bad),
                Long.toString(good),
                well);
    }

    private static String nodeState(KubeObject node) {
        for (var condition : node.at("status", "conditions")) {
            if (Json.text(condition, "type").equals("Ready")) {
                return Json.text(condition, "status").equals("True") ? "Ready" : "NotReady";
            }
        }
        return "NotReady";
    }

    private interface State {
        String of(KubeObject object);
    }

    private static Line counted(String subject, KubeList list, State state) {
        Map<String, Integer> counts = new TreeMap<>();
        list.items().forEach(object -> counts.merge(state.of(object), 1, Integer::sum));
        String words = counts.isEmpty()
                ? "none"
                : String.join(
                        ", ",
                        counts.entrySet().stream()
                                .map(entry -> entry.getValue() + " " + entry.getKey())
                                .toList());
        return new Line(subject, words, Integer.toString(list.items().size()), !counts.containsKey("NotReady"));
    }

    private Line certificates(Instant now) {
        List<CertificateFiles.Certificate> all;
        try {
            all = CertificateFiles.read(client.dataDir, CertificateFiles.of(List.of()), now);
        } catch (StartFailure e) {
            return new Line("certificates", String.valueOf(e.getMessage()), "unknown", true);
        }
        return certificates(all, now);
    }

    static Line certificates(List<CertificateFiles.Certificate> all, Instant now) {
        Optional<CertificateFiles.Certificate> first =
                all.stream().min(Comparator.comparing(CertificateFiles.Certificate::end));
        if (first.isEmpty()) {
            return new Line("certificates", "none yet", "0", true);
        }
        Duration left = first.get().left(now);
        boolean over = left.isNegative();
        String when = over ? " ended " + Spans.words(left) + " ago" : " ends in " + Spans.words(left);
        return new Line(
                "certificates",
                all.size() + ", the first" + when + " (" + first.get().file() + ")",
                first.get().end().toString(),
                !over);
    }

    static String text(List<Line> lines, String form) {
        if (form.equals("json")) {
            ObjectNode tree = Json.object();
            lines.forEach(line -> tree.putObject(line.subject())
                    .put("value", line.value())
                    .put("words", line.words())
                    .put("well", line.well()));
            return tree + "\n";
        }
        TextTable table = new TextTable(0, 2);
        lines.forEach(line -> table.row(line.subject() + ":", line.words()));
        return table.toString();
    }
}
