package io.minik.schemagen;

import java.util.ArrayList;
import java.util.List;

/** A protobuf message as generated.proto's comments describe it. */
final class Message {
    final String name;
    String docs = "";
    final List<Field> fields = new ArrayList<>();

    Message(String name) {
        this.name = name;
    }

    String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** @param label optional, repeated or map; @param type a scalar word, or a full message name without leading dot */
    record Field(String name, int number, String label, String type, String docs) {
        /** The value of a {@code +marker=value} line; empty if there is none. */
        String marker(String marker) {
            List<String> all = markers(marker);
            return all.isEmpty() ? "" : all.get(0);
        }

        List<String> markers(String marker) {
            return Message.markers(docs, marker);
        }
    }

    static List<String> markers(String docs, String marker) {
        List<String> found = new ArrayList<>();
        String start = "+" + marker + "=";
        for (String line : docs.split("\n")) {
            String text = line.strip();
            if (text.startsWith(start)) {
                found.add(text.substring(start.length()).strip());
            }
        }
        return found;
    }

    /** What users read: without markers, notes to developers and all after a line of dashes; lines joined to paragraphs. */
    static String description(String docs) {
        StringBuilder text = new StringBuilder();
        boolean paragraph = false;
        for (String line : docs.split("\n")) {
            String bare = line.strip();
            if (bare.equals("---")) {
                break;
            }
            if (bare.startsWith("+") || bare.startsWith("TODO")) {
                continue;
            }
            if (bare.isEmpty()) {
                paragraph = text.length() > 0;
                continue;
            }
            if (text.length() > 0) {
                boolean item = bare.startsWith("-") || bare.startsWith("*") || line.startsWith("  ") || line.startsWith("\t");
                text.append(paragraph ? "\n\n" : item ? "\n" : " ");
            }
            text.append(bare);
            paragraph = false;
        }
        return text.toString();
    }
}
