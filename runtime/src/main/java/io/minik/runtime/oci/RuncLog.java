package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Where errors go: to {@code --log} in its format and, as one line, to standard error; without it as a log line to that. */
record RuncLog(ClientProcess caller, Optional<Path> file, boolean json) {
    static RuncLog of(ClientProcess caller, Arguments arguments) {
        String format = arguments.find("log-format").orElse("text");
        if (!format.equals("text") && !format.equals("json")) {
            throw Fields.invalid("invalid log-format: " + format);
        }
        return new RuncLog(caller, arguments.find("log").map(caller::path), format.equals("json"));
    }

    void error(String message) {
        String time = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                OffsetDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS));
        String line = json ? jsonLine(message, time) : textLine(message, time);
        if (file.isEmpty()) {
            caller.complain(line);
            return;
        }
        try {
            Files.write(
                    file.get(),
                    line.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            caller.complain("can't write the log " + file.get() + ": " + e.getMessage() + "\n");
        }
        caller.complain(message + "\n");
    }

    private static String jsonLine(String message, String time) {
        ObjectNode node = Bundle.JSON.createObjectNode();
        node.put("level", "error").put("msg", message).put("time", time);
        return node + "\n";
    }

    private static String textLine(String message, String time) {
        String quoted = Bundle.JSON.getNodeFactory().textNode(message).toString();
        return "time=\"" + time + "\" level=error msg=" + quoted + "\n";
    }
}
