package io.minik.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.http.ApiServer.Page;
import io.minik.server.http.ApiServer.PageAnswer;
import io.minik.server.http.ApiServer.PageRequest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code /statusz} and {@code /flagz}: what runs, since when, and how it was told to. For people as text; for programs that name the
 * whole form, as an object of config.k8s.io/v1beta1.
 */
final class ZPages {
    private static final String COMPONENT = "kube-apiserver";
    private static final String GROUP = "config.k8s.io";
    private static final String VERSION = "v1beta1";
    private static final int NOT_ACCEPTABLE = 406;
    private static final String WARNING =
            "Warning: This endpoint is not meant to be machine parseable, has no formatting"
                    + " compatibility guarantees and is for debugging purposes only.\n\n";

    /** As date(1) writes it. */
    private static final DateTimeFormatter UNIX_DATE =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss 'UTC' yyyy", Locale.ROOT);

    /** Their values let in whoever reads them. */
    private static final Set<String> SECRET = Set.of("--token", "--agent-token");

    /** Where else to look. */
    private static final List<String> PATHS =
            List.of("/flagz", "/healthz", "/livez", "/metrics", "/readyz", "/statusz", "/version");

    private ZPages() {}

    /** @param options objects with picocli's options, as the start was told them */
    static Map<String, Page> of(Build build, List<Object> options) {
        return Map.of(
                "/statusz",
                request -> page(request, "Statusz", () -> status(build), tree -> status(build, tree)),
                "/flagz",
                request -> page(request, "Flagz", () -> lines(flags(options)), tree -> flags(options)
                        .forEach(tree.putObject("flags")::put)));
    }

    private static Future<PageAnswer> page(
            PageRequest request, String kind, Supplier<String> text, Consumer<ObjectNode> object) {
        Optional<String> form = accepted(request.headers().getOrDefault("accept", ""), kind);
        if (form.isEmpty()) {
            return Pages.answer(
                    NOT_ACCEPTABLE,
                    Json.object()
                            .put("kind", "Status")
                            .put("apiVersion", "v1")
                            .put("status", "Failure")
                            .put(
                                    "message",
                                    "only the following media types are accepted: text/plain, application/json;g="
                                            + GROUP + ";v=" + VERSION + ";as=" + kind)
                            .put("reason", "NotAcceptable")
                            .put("code", NOT_ACCEPTABLE));
        }
        if (form.get().equals("text/plain")) {
            return Future.succeededFuture(new PageAnswer(
                    200,
                    "text/plain; charset=utf-8",
                    Map.of(),
                    Buffer.buffer(
                            "\n" + COMPONENT + " " + kind.toLowerCase(Locale.ROOT) + "\n" + WARNING + text.get())));
        }
        ObjectNode tree = Json.object().put("kind", kind).put("apiVersion", GROUP + "/" + VERSION);
        tree.putObject("metadata").put("name", COMPONENT);
        object.accept(tree);
        return Pages.answer(200, tree);
    }

    /** The first form that is named and that there is; text for who names none. */
    static Optional<String> accepted(String accept, String kind) {
        if (accept.isBlank()) {
            return Optional.of("text/plain");
        }
        for (String clause : accept.split(",")) {
            List<String> words = new ArrayList<>();
            for (String word : clause.split(";")) {
                words.add(word.trim());
            }
            String type = words.isEmpty() ? "" : words.get(0).toLowerCase(Locale.ROOT);
            if (Set.of("text/plain", "text/*", "*/*").contains(type)) {
                return Optional.of("text/plain");
            }
            if (type.equals("application/json")
                    && words.containsAll(List.of("g=" + GROUP, "v=" + VERSION, "as=" + kind))) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    private static Instant started() {
        return Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
    }

    private static Duration up() {
        return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    }

    private static String status(Build build) {
        Duration up = up();
        return "Started: " + UNIX_DATE.format(started().atZone(ZoneOffset.UTC)) + "\nUp: "
                + String.format(
                        Locale.ROOT, "%d hr %02d min %02d sec", up.toHours(), up.toMinutesPart(), up.toSecondsPart())
                + "\nJava version: " + Runtime.version() + "\nBinary version: " + build.gitVersion()
                + "\nEmulation version: " + build.majorMinor() + "\nPaths: " + String.join(" ", PATHS) + "\n";
    }

    private static void status(Build build, ObjectNode tree) {
        tree.put("startTime", started().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("uptimeSeconds", up().toSeconds())
                .put("binaryVersion", build.gitVersion())
                .put("emulationVersion", build.majorMinor());
        PATHS.forEach(tree.putArray("paths")::add);
    }

    /** By name, those that let in whoever reads them without their values. */
    static Map<String, String> flags(List<Object> options) {
        Map<String, String> flags = new TreeMap<>();
        for (Object each : options) {
            for (OptionSpec option : CommandSpec.forAnnotatedObject(each).options()) {
                Object value = option.getValue();
                boolean secret = SECRET.contains(option.longestName())
                        && !String.valueOf(value).isEmpty();
                flags.put(option.longestName().replaceFirst("^--", ""), secret ? "CLASSIFIED" : String.valueOf(value));
            }
        }
        return flags;
    }

    static String lines(Map<String, String> flags) {
        StringBuilder text = new StringBuilder();
        flags.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        return text.toString();
    }
}
