package io.minik.agent.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A UDP flow that the kernel tracks: where its packets were sent, and who answers, which is where they really went. */
record Flow(String destination, String port, String answeredBy) {
    /** Of a line as {@code conntrack -L} prints it; the first address and port are the sender's view, the second the reply's. */
    static Optional<Flow> parse(String line) {
        List<String> destinations = values(line, "dst=");
        List<String> sources = values(line, "src=");
        List<String> ports = values(line, "dport=");
        return destinations.isEmpty() || sources.size() < 2 || ports.isEmpty()
                ? Optional.empty()
                : Optional.of(new Flow(destinations.get(0), ports.get(0), sources.get(1)));
    }

    private static List<String> values(String line, String key) {
        List<String> found = new ArrayList<>();
        for (String word : line.split(" ")) {
            if (word.startsWith(key)) {
                found.add(word.substring(key.length()));
            }
        }
        return found;
    }

    /** Translated on its way. */
    boolean isTranslated() {
        return !destination.equals(answeredBy);
    }
}
