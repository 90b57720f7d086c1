package io.minik.runtime.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.oci.BundleState.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The commands that change nothing: {@code state}, {@code list}, {@code ps}, {@code events}, {@code features}. */
record ReadingCommands(ClientProcess caller, StateFolder folder, Arguments arguments) {
    private static final long NANOS = 1_000_000_000L;
    private static final long DEFAULT_INTERVAL_SECONDS = 5;

    void run() {
        switch (arguments.command()) {
            case "state" -> caller.print(pretty(describe(folder.require(arguments.id()), true)));
            case "list" -> list();
            case "ps" -> ps();
            case "events" -> events();
            case "features" -> caller.print(pretty(Features.json()));
            default -> throw new IllegalStateException(arguments.command());
        }
    }

    static String pretty(JsonNode node) {
        try {
            return Bundle.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode describe(BundleState state, boolean alone) {
        Status status = folder.status(state);
        ObjectNode node = Bundle.JSON.createObjectNode();
        node.put("ociVersion", BundleState.OCI_VERSION).put("id", state.id());
        node.put("pid", status == Status.STOPPED ? 0 : state.pid()).put("status", status.word());
        node.put("bundle", state.bundle().toString())
                .put("rootfs", state.rootfs().toString());
        node.put("created", state.created());
        if (!state.annotations().isEmpty() || !alone) {
            ObjectNode annotations = node.putObject("annotations");
            state.annotations().forEach(annotations::put);
        }
        return node.put("owner", owner(folder.folder(state.id())));
    }

    private static String owner(Path path) {
        try {
            return Objects.equals(Files.getAttribute(path, "unix:uid"), 0)
                    ? "root"
                    : Files.getOwner(path).getName();
        } catch (IOException e) {
            return "";
        }
    }

    private List<JsonNode> all() {
        List<JsonNode> all = new ArrayList<>();
        for (String id : folder.ids()) {
            folder.find(id).ifPresent(state -> all.add(describe(state, false)));
        }
        return all;
    }

    private void list() {
        List<JsonNode> all = all();
        String format = arguments.find("format").orElse("table");
        StringBuilder out = new StringBuilder();
        if (arguments.on("quiet")) {
            all.forEach(node -> out.append(node.path("id").asText()).append('\n'));
        } else if (format.equals("json")) {
            ArrayNode array = Bundle.JSON.createArrayNode();
            all.forEach(array::add);
            out.append(all.isEmpty() ? "null" : array.toString()).append('\n');
        } else if (format.equals("table")) {
            table(all, out);
        } else {
            throw Fields.invalid("invalid format option");
        }
        caller.print(out.toString());
    }

    private static void table(List<JsonNode> all, StringBuilder out) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"));
        for (JsonNode node : all) {
            List<String> row = new ArrayList<>();
            for (String field : List.of("id", "pid", "status", "bundle", "created", "owner")) {
                row.add(node.path(field).asText());
            }
            rows.add(row);
        }
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                int at = column;
                int width = Math.max(
                        9, rows.stream().mapToInt(r -> r.get(at).length()).max().orElse(0));
                out.append(row.get(column));
                out.append(
                        column + 1 < row.size()
                                ? " ".repeat(width - row.get(column).length() + 3)
                                : "\n");
            }
        }
    }

    private void ps() {
        Set<Integer> pids = folder.require(arguments.id()).group().processes();
        String format = arguments.find("format").orElse("table");
        if (format.equals("json")) {
            ArrayNode array = Bundle.JSON.createArrayNode();
            pids.forEach(array::add);
            caller.print(array + "\n");
            return;
        }
        if (!format.equals("table")) {
            throw Fields.invalid("invalid format option");
        }
        List<String> command = new ArrayList<>(List.of("ps"));
        List<String> given =
                arguments.positional().subList(1, arguments.positional().size());
        command.addAll(given.isEmpty() ? List.of("-ef") : given);
        HostProcess.Ended ended = new HostProcess(caller).capture(command);
        if (ended.code() != 0) {
            throw Fields.invalid(
                    "ps: exit status " + ended.code() + ": " + ended.output().trim());
        }
        String[] lines = ended.output().split("\n");
        int column = List.of(lines[0].trim().split(" +")).indexOf("PID");
        if (column < 0) {
            throw Fields.invalid("couldn't find PID field in ps output");
        }
        StringBuilder out = new StringBuilder(lines[0]).append('\n');
        for (int i = 1; i < lines.length; i++) {
            String[] fields = lines[i].trim().split(" +");
            if (fields.length > column
                    && fields[column].matches("[0-9]+")
                    && pids.contains(Integer.parseInt(fields[column]))) {
                out.append(lines[i]).append('\n');
            }
        }
        caller.print(out.toString());
    }

    /** Once with {@code --stats}, else at each interval until the container ends. */
    private void events() {
        BundleState state = folder.require(arguments.id());
        if (folder.status(state) == Status.STOPPED) {
            throw Fields.invalid("container with id " + state.id() + " is not running");
        }
        if (arguments.on("stats")) {
            caller.print(Stats.line(state) + "\n");
            return;
        }
        long seconds = arguments.find("interval").map(ReadingCommands::seconds).orElse(DEFAULT_INTERVAL_SECONDS);
        int pidfd = caller.kernel().pidfdOpen(state.pid());
        long kills = Stats.oomKills(state);
        while (!HostProcess.readable(caller.kernel(), pidfd, seconds * NANOS)) {
            long now = Stats.oomKills(state);
            if (now > kills) {
                caller.print("{\"type\":\"oom\",\"id\":\"" + state.id() + "\"}\n");
            }
            kills = now;
            caller.print(Stats.line(state) + "\n");
        }
        caller.kernel().close(pidfd);
    }

    /** A duration as Go writes it, in whole seconds. */
    private static long seconds(String text) {
        if (!text.matches("[0-9]+[sm]")) {
            throw Arguments.wrong("invalid value \"" + text + "\" for flag -interval: parse error");
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        long seconds = text.endsWith("m") ? number * 60 : number;
        if (seconds <= 0) {
            throw Fields.invalid("duration interval must be greater than 0");
        }
        return seconds;
    }
}
