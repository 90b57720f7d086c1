package io.minik.runtime.nft;

import io.minik.ground.net.Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The kernel's tables as scripts of nft make them, in memory: each script is a transaction that is taken whole or refused, for
 * what the kernel refuses: a name that is not there, an element twice with two values, an object that something points to.
 */
public final class Ruleset {
    /** In nft's words, in short. */
    public static final class Refused extends IllegalStateException {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why);
        }
    }

    /**
     * What becomes of a packet in a base chain.
     *
     * @param verdict accept, drop, or reject in nft's words
     * @param packet as it leaves the chain
     * @param mark that rules left on it
     * @param notes elements that rules added to sets: the set's name and the element
     */
    public record Outcome(String verdict, Packet packet, long mark, List<String> notes) {}

    private static final Pattern POINTS = Pattern.compile("(?:jump|goto) (\\S+?)(?:,|\\s|$)");
    private static final Pattern USES = Pattern.compile("@(\\S+)");
    private static final Pattern ELEMENT = Pattern.compile("(add|delete) element inet (\\S+) (\\S+) \\{ (.*) }");

    /** One table. */
    static final class Table {
        private final Map<String, List<String>> chains = new TreeMap<>();
        private final Map<String, Map<String, String>> sets = new TreeMap<>();
        private final Map<String, List<String>> types = new TreeMap<>();

        Table copy() {
            Table copy = new Table();
            chains.forEach((name, rules) -> copy.chains.put(name, new ArrayList<>(rules)));
            sets.forEach((name, elements) -> copy.sets.put(name, new TreeMap<>(elements)));
            copy.types.putAll(types);
            return copy;
        }

        List<String> chain(String name) {
            return there(chains, name);
        }

        Map<String, String> elements(String name) {
            return there(sets, name);
        }

        private static <T> T there(Map<String, T> all, String name) {
            T found = all.get(name);
            if (found == null) {
                throw new Refused(name + ": No such file or directory");
            }
            return found;
        }

        private Stream<String> words() {
            return Stream.concat(
                    chains.values().stream().flatMap(List::stream),
                    sets.values().stream().flatMap(elements -> elements.values().stream()));
        }

        private boolean isUsed(Pattern how, String name) {
            return words().anyMatch(text -> names(how, text).contains(name));
        }

        private void whole() {
            words().forEach(text -> {
                names(POINTS, text).forEach(this::chain);
                names(USES, text).forEach(this::elements);
            });
        }

        private static List<String> names(Pattern how, String text) {
            List<String> names = new ArrayList<>();
            for (Matcher matcher = how.matcher(text); matcher.find(); ) {
                names.add(matcher.group(1));
            }
            return names;
        }

        private void declare(String name, String body) {
            String type = body.replaceAll(".*?type(of)? ([^;}]*).*", "$2").strip();
            Map<String, String> elements = sets.computeIfAbsent(name, unused -> new TreeMap<>());
            if (body.contains("elements = {")) {
                elements.putAll(parsed(body.replaceAll(".*elements = \\{ (.*) }.*", "$1")));
            }
            types.put(name, List.of(type.replaceAll(" : .*", "").split(" \\. ")));
        }

        private void fits(String set, String key) {
            String[] parts = key.split(" \\. ");
            List<String> type = there(types, set);
            if (parts.length != type.size()) {
                throw new Refused(set + " { " + key + " }: its key is " + type);
            }
            for (int i = 0; i < parts.length; i++) {
                boolean v4 = List.of("ipv4_addr", "ip saddr", "ip daddr").contains(type.get(i));
                boolean v6 = List.of("ipv6_addr", "ip6 saddr", "ip6 daddr").contains(type.get(i));
                if ((v4 || v6) && Address.parse(parts[i]).isV4() != v4) {
                    throw new Refused(set + " { " + key + " }: an address of another family");
                }
            }
        }

        private void element(boolean add, String set, String key, String value) {
            Map<String, String> elements = elements(set);
            fits(set, key);
            String before = add ? elements.putIfAbsent(key, value) : elements.remove(key);
            if (add && before != null && !before.equals(value)) {
                throw new Refused(set + " { " + key + " }: File exists");
            }
            if (!add && before == null) {
                throw new Refused(set + " { " + key + " }: No such file or directory");
            }
        }

        private void delete(String kind, String name) {
            boolean chain = kind.equals("chain");
            if (isUsed(chain ? POINTS : USES, name)) {
                throw new Refused(name + ": Device or resource busy");
            }
            if ((chain ? chains.remove(name) : sets.remove(name)) == null) {
                throw new Refused(name + ": No such file or directory");
            }
            types.remove(name);
        }
    }

    private Map<String, Table> tables = new HashMap<>();

    /** @throws Refused nothing has changed then */
    public void apply(String script) {
        Map<String, Table> next = new HashMap<>();
        tables.forEach((name, table) -> next.put(name, table.copy()));
        Iterator<String> lines = script.lines().map(String::strip).iterator();
        while (lines.hasNext()) {
            statement(next, lines.next(), lines);
        }
        next.values().forEach(Table::whole);
        tables = next;
    }

    private static void statement(Map<String, Table> next, String line, Iterator<String> lines) {
        Matcher element = ELEMENT.matcher(line);
        String[] words = line.split(" ");
        if (element.matches()) {
            Table table = Table.there(next, "inet " + element.group(2));
            parsed(element.group(4))
                    .forEach((key, value) ->
                            table.element(element.group(1).equals("add"), element.group(3), key, value));
        } else if (words[0].equals("table")) {
            Table table = next.computeIfAbsent(words[1] + " " + words[2], unused -> new Table());
            if (line.endsWith("{")) {
                block(table, lines);
            }
        } else if (line.startsWith("delete table ")) {
            Table.there(next, words[2] + " " + words[3]);
            next.remove(words[2] + " " + words[3]);
        } else if (words[0].equals("delete")) {
            Table.there(next, words[2] + " " + words[3]).delete(words[1], words[4]);
        } else {
            throw new Refused("syntax error: " + line);
        }
    }

    private static void block(Table table, Iterator<String> lines) {
        for (String line = lines.next(); !line.equals("}"); line = lines.next()) {
            String[] words = line.split(" ", 3);
            List<String> body = new ArrayList<>();
            if (line.endsWith("}")) {
                body.add(words[2].substring(1, words[2].length() - 1).strip());
            } else {
                for (String rule = lines.next(); !rule.equals("}"); rule = lines.next()) {
                    body.add(rule);
                }
            }
            switch (words[0]) {
                // Rules of a chain that is there already come behind its own.
                case "chain" ->
                    table.chains
                            .computeIfAbsent(words[1], unused -> new ArrayList<>())
                            .addAll(body);
                case "map", "set" -> table.declare(words[1], String.join(" ", body));
                default -> throw new Refused("syntax error: " + line);
            }
        }
    }

    static Map<String, String> parsed(String text) {
        Map<String, String> elements = new TreeMap<>();
        Arrays.stream(text.split(", ")).forEach(item -> {
            String[] parts = item.split(" : ", 2);
            if (elements.put(parts[0], parts.length > 1 ? parts[1] : "") != null) {
                throw new Refused(parts[0] + " twice in one statement");
            }
        });
        return elements;
    }

    public boolean has(String table) {
        return tables.containsKey("inet " + table);
    }

    /** @param chance a number below the one given, for {@code numgen random} */
    public Outcome judge(String table, String chain, Packet packet, IntUnaryOperator chance) {
        return new Rules(Table.there(tables, "inet " + table), packet, chance).judge(chain);
    }

    /** What becomes of a packet in a base chain of a table: accept, drop, or reject in nft's words. */
    public String verdict(String table, String chain, Packet packet) {
        return judge(table, chain, packet, below -> 0).verdict();
    }

    /** Everything, in an order of its own: to compare two. @param but chains that do not count */
    public String text(String table, Predicate<String> but) {
        Table shown = Table.there(tables, "inet " + table).copy();
        shown.chains.keySet().removeIf(but);
        return "chains " + shown.chains + "\nsets " + shown.sets;
    }
}
