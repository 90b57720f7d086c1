package io.minik.agent.node;

import io.minik.api.meta.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How little of something may be left before pods are ended for it.
 *
 * @param percent whether {@code amount} is a share of all there is
 * @param text as people wrote it: {@code 100Mi}, {@code 10%}
 * @param grace how long it must be so little; none for hard thresholds
 */
public record Threshold(Signal signal, boolean percent, double amount, String text, Optional<Duration> grace) {
    private static final Pattern FORM = Pattern.compile("([a-zA-Z.]+)<(.+)");
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d+)?)%");
    private static final Pattern PART = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    /** What is measured. The node's images are on its one file system, too. */
    public enum Signal {
        MEMORY("memory.available", "memory", NodePressure.Condition.MemoryPressure),
        DISK("nodefs.available", "ephemeral-storage", NodePressure.Condition.DiskPressure),
        INODES("nodefs.inodesFree", "inodes", NodePressure.Condition.DiskPressure),
        PIDS("pid.available", "pids", NodePressure.Condition.PIDPressure);

        private static final Map<String, Signal> BY_WORD = new HashMap<>();

        static {
            for (Signal signal : values()) {
                BY_WORD.put(signal.word, signal);
            }
            BY_WORD.put("imagefs.available", DISK);
            BY_WORD.put("imagefs.inodesFree", INODES);
        }

        private final String word;
        private final String resource;
        private final NodePressure.Condition condition;

        Signal(String word, String resource, NodePressure.Condition condition) {
            this.word = word;
            this.resource = resource;
            this.condition = condition;
        }

        /** As messages name what is short. */
        public String resource() {
            return resource;
        }

        NodePressure.Condition condition() {
            return condition;
        }
    }

    /** How much there is. @param all 0 where nothing is known of it: then it is never short */
    public record Amount(long all, long available) {}

    /** @param text {@code memory.available<100Mi,nodefs.available<10%}; empty for none. @throws IllegalArgumentException that says why */
    public static List<Threshold> hard(String text) {
        List<Threshold> all = new ArrayList<>();
        for (String each : text.isBlank() ? new String[0] : text.split(",", -1)) {
            Matcher form = FORM.matcher(each.strip());
            if (!form.matches()) {
                throw new IllegalArgumentException("\"" + each.strip() + "\" is not SIGNAL<QUANTITY");
            }
            all.add(of(form.group(1), form.group(2).strip()));
        }
        return all;
    }

    private static Threshold of(String word, String text) {
        Signal signal = Signal.BY_WORD.get(word);
        if (signal == null) {
            throw new IllegalArgumentException("\"" + word + "\" is none of "
                    + String.join(
                            ", ", Signal.BY_WORD.keySet().stream().sorted().toList()));
        }
        Matcher percent = PERCENT.matcher(text);
        if (percent.matches()) {
            double share = Double.parseDouble(percent.group(1));
            if (share > 100) {
                throw new IllegalArgumentException("\"" + text + "\" is more than all");
            }
            return new Threshold(signal, true, share, text, Optional.empty());
        }
        Quantity quantity = Quantity.find(text)
                .filter(found -> found.signum() >= 0)
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is no quantity and no share"));
        return new Threshold(signal, false, quantity.value(), text, Optional.empty());
    }

    /** @param graces {@code memory.available=1m30s}: one for each. @throws IllegalArgumentException that says why */
    public static List<Threshold> soft(String text, String graces) {
        Map<Signal, Duration> periods = new HashMap<>();
        for (String each : graces.isBlank() ? new String[0] : graces.split(",", -1)) {
            String[] parts = each.strip().split("=", 2);
            Signal signal = Signal.BY_WORD.get(parts[0]);
            if (parts.length != 2 || signal == null) {
                throw new IllegalArgumentException("\"" + each.strip() + "\" is not SIGNAL=PERIOD");
            }
            periods.put(signal, duration(parts[1]));
        }
        return hard(text).stream()
                .map(each -> new Threshold(
                        each.signal(),
                        each.percent(),
                        each.amount(),
                        each.text(),
                        Optional.ofNullable(periods.get(each.signal())).or(() -> {
                            throw new IllegalArgumentException(
                                    "grace period must be specified for the soft eviction threshold "
                                            + each.signal().word);
                        })))
                .toList();
    }

    /** As Go writes one: {@code 1m30s}. @throws IllegalArgumentException that says why */
    public static Duration duration(String text) {
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            long number = Long.parseLong(part.group(1));
            sum = sum.plus(
                    switch (part.group(2)) {
                        case "h" -> Duration.ofHours(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "s" -> Duration.ofSeconds(number);
                        default -> Duration.ofMillis(number);
                    });
            end = part.end();
        }
        if (end == 0 || end != text.length()) {
            throw new IllegalArgumentException("\"" + text + "\" is no duration: write 90s or 1m30s");
        }
        return sum;
    }

    /** Of which a node has as much less to give; inodes and process ids are none. */
    String resource() {
        return signal.resource();
    }

    boolean met(Amount amount) {
        return amount.all() > 0 && amount.available() < (percent ? amount.all() / 100.0 * this.amount : this.amount);
    }
}
