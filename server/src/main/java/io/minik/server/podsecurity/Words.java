package io.minik.server.podsecurity;

import com.fasterxml.jackson.databind.node.TextNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** How the standards' messages are put together. */
final class Words {
    private Words() {}

    /** {@code container "a"}, {@code containers "a", "b"}. */
    static String containers(Collection<String> names) {
        return named("container", names);
    }

    static String named(String what, Collection<String> names) {
        return plural(what, what + "s", names.size()) + " " + list(names);
    }

    static String plural(String one, String many, int count) {
        return count == 1 ? one : many;
    }

    static String list(Collection<String> items) {
        return items.isEmpty() ? "" : "\"" + String.join("\", \"", items) + "\"";
    }

    /** Who did it: {@code pod}, {@code container "a"}, {@code pod and containers "a", "b"}. */
    static String setters(boolean pod, Collection<String> containers) {
        List<String> setters = new ArrayList<>();
        if (pod) {
            setters.add("pod");
        }
        if (!containers.isEmpty()) {
            setters.add(containers(containers));
        }
        return String.join(" and ", setters);
    }

    static String quoted(String text) {
        return new String(Json.bytes(TextNode.valueOf(text)), StandardCharsets.UTF_8);
    }
}
