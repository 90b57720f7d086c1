package io.minik.agent.dns;

import java.util.ArrayList;
import java.util.List;

/**
 * CoreDNS' configuration as text: blocks of zones with plugins in them, which may have lines of their own. Only the form; what
 * the plugins mean is {@link DnsRules}'. Pure.
 *
 * @see <a href="https://coredns.io/manual/configuration/">CoreDNS: the Corefile</a>
 */
record Corefile(List<Block> blocks) {
    /** @param zones as written, with their ports; empty for plugins that stand outside of a block */
    record Block(List<String> zones, List<Plugin> plugins) {}

    /** @param lines what stands between its braces, word by word */
    record Plugin(String name, List<String> args, List<List<String>> lines) {}

    /** A text that is none: where and why. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(int line, String why) {
            super("line " + line + ": " + why);
        }
    }

    /** One line's words, where it stands, and whether it opens braces or closes them. */
    private record Line(int number, List<String> words, boolean opens, boolean closes) {}

    /** Whole blocks, as in a {@code *.server} key of coredns-custom. */
    static Corefile ofServers(String text) {
        Reader reader = new Reader(lines(text));
        List<Block> blocks = new ArrayList<>();
        while (reader.more()) {
            Line head = reader.next();
            if (head.closes() || !head.opens() || head.words().isEmpty()) {
                throw new Malformed(head.number(), "a block of zones is expected: ZONE... {");
            }
            List<String> zones = head.words().stream()
                    .map(word -> word.endsWith(",") ? word.substring(0, word.length() - 1) : word)
                    .toList();
            blocks.add(new Block(zones, plugins(reader, head)));
        }
        return new Corefile(List.copyOf(blocks));
    }

    /** Plugins for the root's block, as in a {@code *.override} key of coredns-custom. */
    static List<Plugin> ofPlugins(String text) {
        Reader reader = new Reader(lines(text));
        List<Plugin> plugins = new ArrayList<>();
        while (reader.more()) {
            plugins.add(plugin(reader, reader.next()));
        }
        return List.copyOf(plugins);
    }

    private static List<Plugin> plugins(Reader reader, Line head) {
        List<Plugin> plugins = new ArrayList<>();
        while (reader.more()) {
            Line line = reader.next();
            if (line.closes()) {
                return List.copyOf(plugins);
            }
            plugins.add(plugin(reader, line));
        }
        throw new Malformed(head.number(), "the block is not closed");
    }

    private static Plugin plugin(Reader reader, Line line) {
        if (line.closes() || line.words().isEmpty()) {
            throw new Malformed(line.number(), "the name of a plugin is expected");
        }
        List<String> args = line.words().subList(1, line.words().size());
        List<List<String>> inner = new ArrayList<>();
        boolean open = line.opens();
        while (open) {
            if (!reader.more()) {
                throw new Malformed(
                        line.number(), "the braces of " + line.words().get(0) + " are not closed");
            }
            Line next = reader.next();
            if (next.opens()) {
                throw new Malformed(next.number(), "braces within a plugin's braces");
            }
            if (next.closes()) {
                open = false;
            } else {
                inner.add(next.words());
            }
        }
        return new Plugin(line.words().get(0), List.copyOf(args), List.copyOf(inner));
    }

    private static List<Line> lines(String text) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            List<String> words = new ArrayList<>(words(raw, number));
            if (words.isEmpty()) {
                continue;
            }
            boolean closes = words.get(0).equals("}");
            boolean opens = words.get(words.size() - 1).equals("{");
            if (closes && words.size() > 1) {
                throw new Malformed(number, "nothing may follow }");
            }
            if (opens) {
                words.remove(words.size() - 1);
            }
            lines.add(new Line(number, closes ? List.of() : List.copyOf(words), opens, closes));
        }
        return lines;
    }

    /** Words are parted by blanks; quotes hold one together; what follows # is a comment. */
    private static List<String> words(String line, int number) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean begun = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted) {
                boolean escaped = c == '\\' && i + 1 < line.length() && line.charAt(i + 1) == '"';
                if (escaped) {
                    word.append('"');
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    word.append(c);
                }
            } else if (c == '"' && word.isEmpty()) {
                quoted = true;
                begun = true;
            } else if (Character.isWhitespace(c) || (c == '#' && word.isEmpty() && !begun)) {
                if (begun || !word.isEmpty()) {
                    words.add(word.toString());
                }
                word.setLength(0);
                begun = false;
                if (c == '#') {
                    return words;
                }
            } else {
                word.append(c);
            }
        }
        if (quoted) {
            throw new Malformed(number, "a quote is not closed");
        }
        if (begun || !word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    private static final class Reader {
        private final List<Line> lines;
        private int at;

        Reader(List<Line> lines) {
            this.lines = lines;
        }

        boolean more() {
            return at < lines.size();
        }

        Line next() {
            return lines.get(at++);
        }
    }
}
