package io.minik.schemagen;

import io.minik.schemagen.ModelSources.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The resources of the GA groups, from the paths and methods of the operations. */
final class Kinds {
    /** Verbs, in the order of their bits in schema.bin: keep in step with the runtime's SchemaReader. */
    static final List<String> VERBS = List.of(
            "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    /** Kinds of subresources that are not what their operation takes or returns, as group/version/kind. */
    private static final Map<String, String> ODD = Map.of(
            "pods/exec", "/v1/PodExecOptions",
            "pods/attach", "/v1/PodAttachOptions",
            "pods/portforward", "/v1/PodPortForwardOptions",
            "pods/proxy", "/v1/PodProxyOptions",
            "services/proxy", "/v1/ServiceProxyOptions",
            "nodes/proxy", "/v1/NodeProxyOptions",
            "pods/log", "/v1/Pod",
            "pods/eviction", "policy/v1/Eviction",
            "serviceaccounts/token", "authentication.k8s.io/v1/TokenRequest");

    static final class Kind {
        String group = "";
        String version = "";
        String plural = "";
        String kind = "";
        String model = "";
        boolean namespaced;
        final Set<String> verbs = new TreeSet<>();
        final Map<String, Sub> subs = new TreeMap<>();
    }

    static final class Sub {
        String group = "";
        String version = "";
        String kind = "";
        final Set<String> verbs = new TreeSet<>();
    }

    static List<Kind> of(List<Operation> operations) {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        for (Operation operation : operations) {
            String[] words = operation.path().substring(1).split("/");
            int at = words[0].equals("api") ? 2 : 3;
            if (words.length <= at || !words[at - 1].matches("v\\d+") || words[at].equals("watch")) {
                continue;
            }
            List<String> rest = new ArrayList<>(List.of(words).subList(at, words.length));
            boolean namespaced = rest.size() > 2 && rest.get(0).equals("namespaces") && rest.get(1).equals("{namespace}");
            if (namespaced) {
                rest = rest.subList(2, rest.size());
            }
            String group = at == 2 ? "" : words[1];
            Kind kind = kinds.computeIfAbsent(group + "/" + words[at - 1] + "/" + rest.get(0), key -> new Kind());
            kind.group = group;
            kind.version = words[at - 1];
            kind.plural = rest.get(0);
            kind.namespaced |= namespaced;
            if (rest.size() <= 2) {
                whole(kind, operation, rest.size() == 1);
            } else if (rest.size() == 3) {
                sub(kind, rest.get(2), operation);
            }
        }
        return List.copyOf(kinds.values());
    }

    private static void whole(Kind kind, Operation operation, boolean collection) {
        switch (operation.method()) {
            case "POST" -> {
                kind.verbs.add("create");
                kind.model = operation.body();
            }
            case "GET" -> {
                kind.verbs.add(collection ? "list" : "get");
                if (collection && operation.watch()) {
                    kind.verbs.add("watch");
                }
                if (kind.model.isEmpty()) {
                    String model = operation.returns();
                    kind.model = collection ? model.substring(0, model.length() - "List".length()) : model;
                }
            }
            case "PUT" -> kind.verbs.add("update");
            case "PATCH" -> kind.verbs.add("patch");
            case "DELETE" -> kind.verbs.add(collection ? "deletecollection" : "delete");
            default -> {}
        }
        if (kind.kind.isEmpty() && !kind.model.isEmpty()) {
            kind.kind = bare(kind.model);
        }
    }

    private static void sub(Kind kind, String name, Operation operation) {
        Sub sub = kind.subs.computeIfAbsent(name, key -> new Sub());
        switch (operation.method()) {
            case "POST" -> sub.verbs.add("create");
            case "GET" -> sub.verbs.add("get");
            case "PUT" -> sub.verbs.add("update");
            case "PATCH" -> sub.verbs.add("patch");
            case "DELETE" -> sub.verbs.add("delete");
            default -> {}
        }
        String odd = ODD.get(kind.plural + "/" + name);
        String[] words = odd == null ? new String[0] : odd.split("/");
        if (odd != null) {
            sub.group = words[0];
            sub.version = words[1];
            sub.kind = words[2];
        } else if (name.equals("scale")) {
            sub.group = "autoscaling";
            sub.version = "v1";
            sub.kind = "Scale";
        } else {
            sub.group = kind.group;
            sub.version = kind.version;
            String model = operation.body().startsWith("V1Patch") || operation.body().isEmpty() ? operation.returns() : operation.body();
            if (!model.equals("String")) {
                sub.kind = bare(model);
            }
        }
    }

    /** {@code V1Pod}, {@code CoreV1Event}: the kind is what follows the version. */
    static String bare(String model) {
        return model.replaceFirst("^[A-Za-z]*?V\\d+(?=[A-Z])", "");
    }

    private Kinds() {}
}
