package io.minik.runtime.nft;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * Judges packets by the chains of a {@link Ruleset}, one rule after the other, as nft(8) says of the few statements that ours
 * consist of. A statement that is none of them is an error: no rule may be passed over in silence.
 */
final class Rules {
    private static final String GOES_ON = "continue";

    private final Ruleset.Table table;
    private final IntUnaryOperator chance;
    private final List<String> notes = new ArrayList<>();
    private Packet packet;
    private long mark;

    /** @param chance a number below the one given, for {@code numgen random} */
    Rules(Ruleset.Table table, Packet packet, IntUnaryOperator chance) {
        this.table = table;
        this.packet = packet;
        this.chance = chance;
    }

    Ruleset.Outcome judge(String baseChain) {
        String verdict = chain(baseChain);
        return new Ruleset.Outcome(
                verdict.equals(GOES_ON) || verdict.equals("return") ? "accept" : verdict, packet, mark, notes);
    }

    private String chain(String name) {
        for (String rule : table.chain(name)) {
            if (rule.startsWith("type ")) {
                continue;
            }
            String verdict = rule(rule);
            if (verdict.equals("return")) {
                return GOES_ON;
            }
            if (!verdict.equals(GOES_ON)) {
                return verdict;
            }
        }
        return GOES_ON;
    }

    /** The words of one rule that are not read yet. */
    private String rule(String text) {
        Deque<String> words = new ArrayDeque<>(List.of(text.split(" ")));
        while (!words.isEmpty()) {
            switch (words.peek()) {
                case "accept", "drop", "return" -> {
                    return words.remove();
                }
                case "reject", "masquerade" -> {
                    return String.join(" ", words);
                }
                case "jump", "goto" -> {
                    return branch(words.remove() + " " + words.remove());
                }
                case "redirect" -> {
                    expect(words, "redirect", "to");
                    int port = Integer.parseInt(words.remove().substring(1));
                    packet = packet.translated(packet.destination(), port);
                    return "accept";
                }
                case "dnat" -> {
                    Optional<String> target = target(words);
                    if (target.isEmpty()) {
                        return GOES_ON;
                    }
                    translate(target.get());
                    return "accept";
                }
                case "update" -> {
                    expect(words, "update");
                    String set = words.remove();
                    expect(words, "{");
                    notes.add(set.substring(1) + " " + value(words).orElseThrow());
                    expect(words, "}");
                }
                default -> {
                    Optional<String> verdict = match(words);
                    if (verdict.isEmpty()) {
                        return GOES_ON;
                    }
                    if (!verdict.get().isEmpty()) {
                        return branch(verdict.get());
                    }
                }
            }
        }
        return GOES_ON;
    }

    private String branch(String verdict) {
        String[] words = verdict.split(" ");
        if (words.length == 1) {
            return verdict;
        }
        String inner = chain(words[1]);
        // After a goto nobody comes back to the rules behind it.
        return words[0].equals("goto") && inner.equals(GOES_ON) ? "return" : inner;
    }

    private void translate(String target) {
        String[] parts = target.split(" \\. ");
        packet = packet.translated(Address.parse(parts[0]), Integer.parseInt(parts[1]));
    }

    private Optional<String> target(Deque<String> words) {
        expect(words, "dnat");
        if (!words.remove().equals(packet.source().isV4() ? "ip" : "ip6")) {
            return Optional.empty();
        }
        expect(words, "to");
        if (words.size() == 1) {
            String fixed = words.remove();
            int colon = fixed.lastIndexOf(':');
            return Optional.of(
                    fixed.substring(0, colon).replaceAll("[\\[\\]]", "") + " . " + fixed.substring(colon + 1));
        }
        Optional<String> key = value(words);
        expect(words, "map");
        String map = words.remove().substring(1);
        return key.flatMap(found -> Optional.ofNullable(table.elements(map).get(found)));
    }

    /** @return empty: the rule is not about this packet; a verdict of a map; or "": it is, so far */
    private Optional<String> match(Deque<String> words) {
        if (words.size() > 2 && String.join(" ", words).startsWith("meta mark set meta mark ")) {
            for (int i = 0; i < 5; i++) {
                words.remove();
            }
            boolean or = words.remove().equals("|");
            long bits = Long.decode(words.remove());
            mark = or ? mark | bits : mark & bits;
            return Optional.of("");
        }
        Optional<String> value = value(words);
        String next = words.remove();
        if (next.equals("vmap")) {
            Map<String, String> verdicts = words.peek().equals("{")
                    ? literal(words)
                    : table.elements(words.remove().substring(1));
            // A key that is not in the map ends the rule, and nothing stands behind it in ours.
            return value.flatMap(found -> Optional.ofNullable(verdicts.get(found)));
        }
        boolean not = next.equals("!=");
        String wanted = not || next.equals("==") ? words.remove() : next;
        return value.filter(found -> holds(wanted, found) != not).map(found -> "");
    }

    private static Map<String, String> literal(Deque<String> words) {
        expect(words, "{");
        StringBuilder text = new StringBuilder();
        for (String word = words.remove(); !word.equals("}"); word = words.remove()) {
            text.append(word).append(' ');
        }
        return Ruleset.parsed(text.toString().strip());
    }

    private boolean holds(String wanted, String found) {
        if (wanted.startsWith("@")) {
            Map<String, String> elements = table.elements(wanted.substring(1));
            return elements.containsKey(found)
                    || elements.keySet().stream()
                            .anyMatch(key ->
                                    key.indexOf('/') > 0 && Cidr.parse(key).contains(Address.parse(found)));
        }
        if (wanted.indexOf('/') > 0) {
            return Cidr.parse(wanted).contains(Address.parse(found));
        }
        if (wanted.matches("[0-9]+-[0-9]+")) {
            String[] ends = wanted.split("-");
            return Integer.parseInt(ends[0]) <= Integer.parseInt(found)
                    && Integer.parseInt(found) <= Integer.parseInt(ends[1]);
        }
        if (wanted.startsWith("0x")) {
            return Long.decode(wanted) == Long.parseLong(found);
        }
        return Arrays.asList(wanted.split(",")).contains(found);
    }

    /** A field, or several joined by dots; empty if this packet has no such thing. */
    private Optional<String> value(Deque<String> words) {
        Optional<String> value = field(words);
        while (".".equals(words.peek())) {
            words.remove();
            Optional<String> more = field(words);
            value = value.flatMap(first -> more.map(second -> first + " . " + second));
        }
        return value;
    }

    private Optional<String> field(Deque<String> words) {
        String first = words.remove();
        switch (first) {
            case "ip", "ip6" -> {
                boolean ours = first.equals("ip") == packet.source().isV4();
                Address address = words.remove().equals("saddr") ? packet.source() : packet.destination();
                return ours ? Optional.of(address.toString()) : Optional.empty();
            }
            case "tcp", "udp", "sctp" -> {
                expect(words, "dport");
                return first.equals(packet.protocol())
                        ? Optional.of(Integer.toString(packet.port()))
                        : Optional.empty();
            }
            case "meta" -> {
                return meta(words);
            }
            case "ct" -> {
                return connection(words);
            }
            case "fib" -> {
                boolean source = words.remove().equals("saddr");
                expect(words, "type");
                boolean local = source ? packet.fromHere() : packet.here();
                return Optional.of(local ? "local" : "unicast");
            }
            case "oifname" -> {
                return Optional.of("eth0");
            }
            case "numgen" -> {
                expect(words, "random", "mod");
                int number = chance.applyAsInt(Integer.parseInt(words.remove()));
                if ("offset".equals(words.peek())) {
                    words.remove();
                    number += Integer.parseInt(words.remove());
                }
                return Optional.of(Integer.toString(number));
            }
            default -> throw new IllegalArgumentException("no such statement: " + first + " " + words);
        }
    }

    private Optional<String> meta(Deque<String> words) {
        String what = words.remove();
        switch (what) {
            case "l4proto":
                return Optional.of(packet.protocol());
            case "nfproto":
                return Optional.of(packet.source().isV4() ? "ipv4" : "ipv6");
            case "mark":
                expect(words, "&");
                return Optional.of(Long.toString(mark & Long.decode(words.remove())));
            default:
                throw new IllegalArgumentException("no such statement: meta " + what);
        }
    }

    private Optional<String> connection(Deque<String> words) {
        String what = words.remove();
        switch (what) {
            case "state":
                return Optional.of("new");
            case "status":
                return Optional.of(packet.asked().isPresent() ? "dnat" : "none");
            case "original":
                boolean v4 = words.remove().equals("ip");
                expect(words, "daddr");
                Address asked = packet.asked().orElse(packet.destination());
                return asked.isV4() == v4 ? Optional.of(asked.toString()) : Optional.empty();
            default:
                throw new IllegalArgumentException("no such statement: ct " + what);
        }
    }

    private static void expect(Deque<String> words, String... wanted) {
        for (String word : wanted) {
            if (!word.equals(words.poll())) {
                throw new IllegalArgumentException(word + " expected before " + words);
            }
        }
    }
}
