package io.minik.server.http;

import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Attributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a request is about, read from method and URL alone (apiserver's RequestInfo).
 *
 * <pre>
 *   /api/v1/namespaces/shop/pods/web/log          group "" version v1 resource pods name web subresource log
 *   /apis/apps/v1/deployments?watch=1             verb watch, all namespaces
 *   /api/v1/nodes/n1/proxy/metrics                subresource proxy, rest "metrics"
 *   /readyz                                       no resource: verb get, path
 * </pre>
 *
 * @param verb as authorization says it
 * @param rest path after a proxy subresource, without leading slash
 */
public record Target(
        boolean resourceRequest,
        String verb,
        String group,
        String version,
        String resource,
        String subresource,
        String namespace,
        String name,
        String rest,
        String path) {
    private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");
    private static final Set<String> NAMED_BY_SELECTOR = Set.of("list", "watch", "deletecollection");
    private static final int API_PARTS = 3;

    static Target parse(String method, String path, Map<String, String> query) {
        List<String> parts = new ArrayList<>(Arrays.asList(path.split("/", -1)));
        parts.removeIf(String::isEmpty);
        boolean core = !parts.isEmpty() && parts.get(0).equals("api");
        boolean grouped = !parts.isEmpty() && parts.get(0).equals("apis");
        int head = core ? 2 : API_PARTS;
        if ((!core && !grouped) || parts.size() <= head) {
            return new Target(false, method.toLowerCase(Locale.ROOT), "", "", "", "", "", "", "", path);
        }
        String group = core ? "" : parts.get(1);
        String version = parts.get(head - 1);
        parts = parts.subList(head, parts.size());
        String verb = "";
        if (parts.get(0).equals("watch") && parts.size() > 1) {
            verb = "watch";
            parts = parts.subList(1, parts.size());
        }
        String namespace = "";
        if (parts.get(0).equals("namespaces") && parts.size() > 1) {
            namespace = parts.get(1);
            if (parts.size() > 2 && !NAMESPACE_SUBRESOURCES.contains(parts.get(2))) {
                parts = parts.subList(2, parts.size());
            }
        }
        String resource = parts.get(0);
        String name = parts.size() > 1 ? parts.get(1) : "";
        String subresource = parts.size() > 2 ? parts.get(2) : "";
        String rest = parts.size() > API_PARTS ? String.join("/", parts.subList(API_PARTS, parts.size())) : "";
        if (path.endsWith("/") && !rest.isEmpty()) {
            rest += "/";
        }
        if (verb.isEmpty()) {
            verb = verb(method, name, query);
        }
        return new Target(true, verb, group, version, resource, subresource, namespace, name, rest, path);
    }

    private static String verb(String method, String name, Map<String, String> query) {
        return switch (method) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
            case "GET", "HEAD" -> {
                if (!name.isEmpty()) {
                    yield "get";
                }
                String watch = query.getOrDefault("watch", "");
                boolean watching = query.containsKey("watch") && !watch.equals("false") && !watch.equals("0");
                yield watching ? "watch" : "list";
            }
            default -> "";
        };
    }

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    boolean longRunning() {
        return verb.equals("watch") || connect() || subresource.equals("log");
    }

    /** Subresources that are a way through to a container or a server. */
    boolean connect() {
        return Set.of("exec", "attach", "portforward", "proxy").contains(subresource);
    }

    /** Ways into a pod, which start something there whatever the method. */
    boolean entersPod() {
        return resourceRequest
                && group.isEmpty()
                && resource.equals("pods")
                && Set.of("exec", "attach", "portforward").contains(subresource);
    }

    Target as(String otherVerb) {
        return new Target(
                resourceRequest, otherVerb, group, version, resource, subresource, namespace, name, rest, path);
    }

    boolean readOnly() {
        return Set.of("get", "list", "watch", "head", "options").contains(verb);
    }

    /** @param query a list or watch of one name (fieldSelector metadata.name=x) is authorized for that name */
    Attributes attributes(User user, Map<String, String> query) {
        String fields = NAMED_BY_SELECTOR.contains(verb) ? query.getOrDefault("fieldSelector", "") : "";
        String named = name.isEmpty() ? selectedName(fields) : name;
        return new Attributes(
                user, verb, group, version, resource, subresource, namespace, named, resourceRequest, path, fields);
    }

    private static String selectedName(String selector) {
        for (String requirement : selector.split(",", -1)) {
            if (requirement.startsWith("metadata.name=")) {
                String value = requirement.substring("metadata.name=".length());
                return value.startsWith("=") ? value.substring(1) : value;
            }
        }
        return "";
    }
}
