package io.minik.server.openapi;

import io.minik.api.meta.Resource;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Subresource;
import io.minik.api.schema.Type;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One document: paths with their operations, then the schemas that they reach.
 *
 * <p>kubectl looks for a PATCH operation whose group-version-kind matches and whose parameters name {@code fieldValidation}
 * and {@code dryRun}; {@code kubectl explain} finds kinds through paths too. So every path is here with what clients read
 * of it: parameters, bodies, answers, x-kubernetes-action and x-kubernetes-group-version-kind.
 */
final class PathsDocument {
    private static final String SERIALIZED = "application/json";
    private static final List<String> PATCHES = List.of(
            "application/apply-patch+yaml",
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json");
    private static final List<String> LIST = List.of(
            "allowWatchBookmarks",
            "continue",
            "fieldSelector",
            "labelSelector",
            "limit",
            "resourceVersion",
            "resourceVersionMatch",
            "sendInitialEvents",
            "timeoutSeconds",
            "watch");
    private static final List<String> LOG = List.of(
            "container",
            "follow",
            "insecureSkipTLSVerifyBackend",
            "limitBytes",
            "previous",
            "sinceSeconds",
            "stream",
            "tailLines",
            "timestamps");
    private static final List<String> WRITE = List.of("dryRun", "fieldManager", "fieldValidation");
    private static final List<String> PATCH = List.of("dryRun", "fieldManager", "fieldValidation", "force");
    private static final List<String> DELETE =
            List.of("dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy");
    private static final List<String> DELETE_MANY = List.of(
            "continue",
            "dryRun",
            "fieldSelector",
            "gracePeriodSeconds",
            "labelSelector",
            "limit",
            "orphanDependents",
            "propagationPolicy",
            "resourceVersion",
            "resourceVersionMatch",
            "sendInitialEvents",
            "timeoutSeconds");
    /** The options of streams, which are no types of the schema: they come in queries only. */
    private static final Map<String, List<String>> CONNECT = Map.of(
            "attach", List.of("container", "stderr", "stdin", "stdout", "tty"),
            "exec", List.of("command", "container", "stderr", "stdin", "stdout", "tty"),
            "portforward", List.of("ports"),
            "proxy", List.of("path"));
    /** What a proxy passes on: each method is an operation of its own. */
    private static final List<String> PROXIED = List.of("delete", "get", "head", "options", "patch", "post", "put");

    private final List<KindRow> rows;
    private final String version;
    private final Schema schema;
    private final Foreign foreign;

    /** @param rows of a group version, or all (version 2) */
    PathsDocument(List<KindRow> rows, String version, Schema schema) {
        this(rows, version, schema, Foreign.NONE);
    }

    /** @param foreign what is told of other servers, too */
    PathsDocument(List<KindRow> rows, String version, Schema schema, Foreign foreign) {
        this.rows = rows;
        this.version = version;
        this.schema = schema;
        this.foreign = foreign;
    }

    /**
     * One operation of a path.
     *
     * @param answer empty for text
     */
    private record Operation(
            String method,
            String action,
            List<String> query,
            Optional<Type> body,
            Optional<Type> answer,
            String group,
            String version,
            String kind) {
        List<String> produces() {
            return answer.isPresent()
                    ? List.of(SERIALIZED, "application/yaml")
                    : List.of(isLog() ? "text/plain" : "*/*");
        }

        /** The only text that is no stream. */
        private boolean isLog() {
            return !action.equals("connect");
        }
    }

    void to(OpenApiWriter out) throws IOException {
        out.open();
        out.put(out.v2() ? "swagger" : "openapi", out.v2() ? "2.0" : "3.0.0");
        out.open("info");
        out.put("title", "Kubernetes");
        out.put("version", version);
        out.end();
        out.open("paths");
        for (KindRow row : rows) {
            kind(out, row);
        }
        out.foreign(foreign.paths(), Set.of());
        out.end();
        if (out.v2()) {
            out.open("definitions");
            out.definitions();
            out.foreign(foreign.definitions(), out.names());
            out.end();
        } else {
            out.open("components");
            out.open("schemas");
            out.definitions();
            out.end();
            out.end();
        }
        out.end();
    }

    private void kind(OpenApiWriter out, KindRow row) throws IOException {
        Resource resource = row.resource();
        String namespaced = resource.basePath() + (resource.namespaced() ? "/namespaces/{namespace}/" : "/");
        String collection = namespaced + resource.plural();
        List<Operation> all = new ArrayList<>();
        if (row.has("list")) {
            all.add(operation(row, new Verb("get", "list"), LIST, Optional.empty(), Optional.of(out.listOf(row))));
        }
        if (row.has("create")) {
            all.add(operation(row, new Verb("post", "post"), WRITE, Optional.of(row.type()), Optional.of(row.type())));
        }
        if (row.has("deletecollection")) {
            all.add(operation(
                    row, new Verb("delete", "deletecollection"), DELETE_MANY, meta("DeleteOptions"), meta("Status")));
        }
        path(out, row, collection, all);
        path(out, row, collection + "/{name}", single(row));
        for (Subresource sub : row.subresources()) {
            String place = collection + "/{name}/" + sub.name();
            path(out, row, place, connects(sub) ? connections(sub) : subresource(sub));
            if (sub.name().equals("proxy")) {
                path(out, row, place + "/{path}", connections(sub));
            }
        }
        if (resource.namespaced() && row.has("list")) {
            path(out, row, resource.basePath() + "/" + resource.plural(), all.subList(0, 1));
        }
    }

    private List<Operation> single(KindRow row) {
        Optional<Type> self = Optional.of(row.type());
        List<Operation> operations = new ArrayList<>();
        if (row.has("get")) {
            operations.add(operation(row, new Verb("get", "get"), List.of(), Optional.empty(), self));
        }
        if (row.has("update")) {
            operations.add(operation(row, new Verb("put", "put"), WRITE, self, self));
        }
        if (row.has("patch")) {
            operations.add(operation(row, new Verb("patch", "patch"), PATCH, meta("Patch"), self));
        }
        if (row.has("delete")) {
            operations.add(operation(row, new Verb("delete", "delete"), DELETE, meta("DeleteOptions"), meta("Status")));
        }
        return operations;
    }

    private List<Operation> subresource(Subresource sub) {
        String apiVersion = sub.group().isEmpty() ? sub.version() : sub.group() + "/" + sub.version();
        Optional<Type> type = schema.findType(apiVersion, sub.kind());
        List<Operation> operations = new ArrayList<>();
        for (String verb : List.of("get", "create", "update", "patch", "delete")) {
            if (!sub.verbs().contains(verb)) {
                continue;
            }
            if (sub.name().equals("log")) {
                operations.add(new Operation(
                        verb, verb, LOG, Optional.empty(), Optional.empty(), sub.group(), sub.version(), sub.kind()));
                continue;
            }
            String method = verb.equals("create") ? "post" : verb.equals("update") ? "put" : verb;
            boolean hasBody = verb.equals("create") || verb.equals("update");
            Optional<Type> body = verb.equals("patch") ? meta("Patch") : hasBody ? type : Optional.empty();
            List<String> query = verb.equals("patch") ? PATCH : hasBody ? WRITE : List.of();
            operations.add(new Operation(method, method, query, body, type, sub.group(), sub.version(), sub.kind()));
        }
        return operations;
    }

    /** Whether it is a stream to somebody behind the server, and not an object: its kind are the options of the stream. */
    private static boolean connects(Subresource sub) {
        return sub.kind().endsWith("Options");
    }

    private List<Operation> connections(Subresource sub) {
        List<String> query = CONNECT.getOrDefault(sub.name(), List.of());
        List<String> methods = sub.name().equals("proxy") ? PROXIED : List.of("get", "post");
        return methods.stream()
                .map(method -> new Operation(
                        method,
                        "connect",
                        query,
                        Optional.empty(),
                        Optional.empty(),
                        sub.group(),
                        sub.version(),
                        sub.kind()))
                .toList();
    }

    private Optional<Type> meta(String kind) {
        return schema.findNamed("k8s.io.apimachinery.pkg.apis.meta.v1." + kind);
    }

    /** HTTP's word and that of operations' names. */
    private record Verb(String method, String action) {}

    private static Operation operation(
            KindRow row, Verb verb, List<String> query, Optional<Type> body, Optional<Type> answer) {
        Resource resource = row.resource();
        return new Operation(
                verb.method(),
                verb.action(),
                query,
                body,
                answer,
                resource.group(),
                resource.version(),
                resource.kind());
    }

    private void path(OpenApiWriter out, KindRow row, String path, List<Operation> operations) throws IOException {
        if (operations.isEmpty()) {
            return;
        }
        out.open(path);
        for (Operation operation : operations) {
            out.open(operation.method());
            operation(out, row, path, operation);
            out.end();
        }
        out.array("parameters");
        for (String name : List.of("name", "namespace", "path")) {
            if (path.contains("{" + name + "}")) {
                Parameter.of(name).to(out, "path");
            }
        }
        out.endArray();
        out.end();
    }

    private void operation(OpenApiWriter out, KindRow row, String path, Operation operation) throws IOException {
        OperationName name = new OperationName(row.resource(), path, operation.method(), operation.action());
        out.put("tags", List.of(name.tag()));
        out.put("description", name.description());
        out.put("operationId", name.id());
        out.array("parameters");
        for (String parameter : operation.query()) {
            Parameter.of(parameter).to(out, "query");
        }
        if (out.v2() && operation.body().isPresent()) {
            out.open();
            out.put("name", "body");
            out.put("in", "body");
            out.put("required", !operation.method().equals("delete"));
            out.reference("schema", operation.body().get());
            out.end();
        }
        out.endArray();
        if (out.v2()) {
            out.put("produces", operation.produces());
            out.put("consumes", operation.method().equals("patch") ? patches(row) : List.of("*/*"));
        } else if (operation.body().isPresent()) {
            out.open("requestBody");
            content(out, operation.method().equals("patch") ? patches(row) : List.of("*/*"), operation.body());
            out.end();
        }
        responses(out, operation);
        out.put("x-kubernetes-action", operation.action());
        out.open("x-kubernetes-group-version-kind");
        out.put("group", operation.group());
        out.put("kind", operation.kind());
        out.put("version", operation.version());
        out.end();
    }

    private static List<String> patches(KindRow row) {
        return row.added().isPresent() ? PATCHES.subList(0, PATCHES.size() - 1) : PATCHES;
    }

    private void responses(OpenApiWriter out, Operation operation) throws IOException {
        out.open("responses");
        out.open("200");
        out.put("description", "OK");
        if (!out.v2()) {
            content(out, operation.produces(), operation.answer());
        } else if (operation.answer().isPresent()) {
            out.reference("schema", operation.answer().get());
        } else {
            out.open("schema");
            out.put("type", "string");
            out.end();
        }
        out.end();
        out.open("401");
        out.put("description", "Unauthorized");
        out.end();
        out.end();
    }

    private static void content(OpenApiWriter out, List<String> mediaTypes, Optional<Type> type) throws IOException {
        out.open("content");
        for (String mediaType : mediaTypes) {
            out.open(mediaType);
            if (type.isPresent()) {
                out.reference("schema", type.get());
            } else {
                out.open("schema");
                out.put("type", "string");
                out.end();
            }
            out.end();
        }
        out.end();
    }
}
