package io.minik.schemagen;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Reads messages out of the Javadoc of protoc's Java: {@code <pre>comment</pre>} followed by
 * {@code <code>optional T name = n;</code>} in every FooOrBuilder interface, and "Protobuf type {@code x}" before a class.
 */
final class ProtoSources {
    private static final String INTERFACE = "interface_extends:";
    private static final String PROTOBUF_TYPE = "* Protobuf type {@code ";

    private final Map<String, Message> messages = new LinkedHashMap<>();

    static Map<String, Message> read(Path jar) throws IOException {
        ProtoSources sources = new ProtoSources();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                if (wanted(entry.getName())) {
                    try (BufferedReader reader = new BufferedReader(
                            new InputStreamReader(zip.getInputStream(entry), StandardCharsets.UTF_8))) {
                        sources.scan(reader);
                    }
                }
            }
        }
        return sources.messages;
    }

    /** No alpha and no beta: only what a GA kind can reach. */
    private static boolean wanted(String name) {
        return name.endsWith(".java") && !name.contains("alpha") && !name.contains("beta");
    }

    private void scan(BufferedReader reader) throws IOException {
        StringBuilder pre = new StringBuilder();
        boolean inPre = false;
        Message open = null;
        Set<Integer> numbers = new HashSet<>();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            String text = line.strip();
            if (inPre) {
                if (text.equals("* </pre>")) {
                    inPre = false;
                } else {
                    pre.append(text.length() > 2 ? text.substring(2) : "").append('\n');
                }
            } else if (text.equals("* <pre>")) {
                inPre = true;
                pre.setLength(0);
            } else if (text.equals("/**")) {
                pre.setLength(0);
            } else if (text.startsWith("// @@protoc_insertion_point(" + INTERFACE)) {
                String name = text.substring(text.indexOf(INTERFACE) + INTERFACE.length(), text.length() - 1);
                open = messages.computeIfAbsent(name, Message::new);
                numbers.clear();
            } else if (text.startsWith(PROTOBUF_TYPE)) {
                open = null;
                Message message = messages.get(text.substring(PROTOBUF_TYPE.length(), text.length() - 1));
                if (message != null && message.docs.isEmpty()) {
                    message.docs = unescape(pre.toString());
                }
            } else if (open != null && text.startsWith("* <code>") && text.endsWith(";</code>")) {
                Message.Field field = field(
                        unescape(text.substring("* <code>".length(), text.length() - ";</code>".length())),
                        unescape(pre.toString()));
                if (numbers.add(field.number())) {
                    open.fields.add(field);
                }
            }
        }
    }

    /** {@code optional T name = n}, {@code repeated T name = n} or {@code map<string, T> name = n}. */
    private static Message.Field field(String declaration, String docs) {
        int equals = declaration.lastIndexOf(" = ");
        int bracket = declaration.indexOf(" [", equals);
        int number = Integer.parseInt(declaration.substring(equals + 3, bracket < 0 ? declaration.length() : bracket).strip());
        String left = declaration.substring(0, equals);
        String name = left.substring(left.lastIndexOf(' ') + 1);
        String type = left.substring(0, left.length() - name.length() - 1);
        String label = "map";
        if (type.startsWith("map<")) {
            type = type.substring(type.indexOf(',') + 1, type.length() - 1).strip();
        } else {
            label = type.substring(0, type.indexOf(' '));
            type = type.substring(label.length() + 1);
        }
        return new Message.Field(name, number, label, type.startsWith(".") ? type.substring(1) : type, docs);
    }

    static String unescape(String html) {
        if (html.indexOf('&') < 0) {
            return html;
        }
        StringBuilder out = new StringBuilder(html.length());
        for (int at = 0; at < html.length(); at++) {
            char c = html.charAt(at);
            int end = c == '&' ? html.indexOf(';', at) : -1;
            String entity = end > 0 && end - at < 8 ? html.substring(at + 1, end) : "";
            String value =
                    switch (entity) {
                        case "lt" -> "<";
                        case "gt" -> ">";
                        case "amp" -> "&";
                        case "quot" -> "\"";
                        default -> entity.matches("#\\d+") ? Character.toString(Integer.parseInt(entity.substring(1))) : "";
                    };
            if (value.isEmpty()) {
                out.append(c);
            } else {
                out.append(value);
                at = end;
            }
        }
        return out.toString();
    }
}
