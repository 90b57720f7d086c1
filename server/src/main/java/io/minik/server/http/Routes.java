package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.Subresource;
import io.minik.server.registry.Registry;
import io.minik.server.request.Request;
import io.minik.server.request.Requester;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The end of the pipeline: to the registry, a proxy, or one of the server's own documents. */
final class Routes {
    /** As long as a fieldManager may be. */
    private static final int LONGEST_MANAGER = 128;

    private static final String JSON_PATCH = "application/json-patch+json";

    private final Kinds kinds;
    private final Registry registry;
    private final Documents documents;
    private final Optional<KubeletProxy> proxy;
    private final ExtensionProxy extensions;
    private final HeavyWork heavy;

    Routes(Kinds kinds, Registry registry, Documents documents, Ways ways, HeavyWork heavy) {
        this.kinds = kinds;
        this.registry = registry;
        this.documents = documents;
        this.proxy = ways.kubelets();
        this.extensions = ways.extensions();
        this.heavy = heavy;
    }

    /** Where requests go that are not answered here. @param kubelets and what runs on their nodes; empty: there is no way */
    record Ways(Optional<KubeletProxy> kubelets, ExtensionProxy extensions) {}

    Future<Answer> route(ApiRequest request) {
        Target target = request.target();
        if (!target.resourceRequest()) {
            return documents.find(request);
        }
        return extensions.handle(request, target.group(), target.version()).orElseGet(() -> own(request, target));
    }

    private Future<Answer> own(ApiRequest request, Target target) {
        KindRow kind = kinds.find(target.apiVersion(), target.resource()).orElseThrow(Routes::noSuchPage);
        Resource resource = kind.resource();
        Deprecations.of(kind).ifPresent(text -> request.wire()
                .ifPresent(wire -> wire.request().response().headers().add("Warning", Responses.warning(text))));
        checkNamespace(target, resource);
        if (target.subresource().isEmpty()) {
            checkScope(target, resource);
        } else {
            checkSubresource(kind, target);
            if (target.connect() || target.subresource().equals("log")) {
                KubeletProxy way = proxy.orElseThrow(KubeletProxy::noWay);
                ObjectKey key = ObjectKey.of(resource.namespaced() ? target.namespace() : "", target.name());
                return target.connect()
                        ? way.connect(request, request(Verb.CREATE, kind, key, request, Request.Body.NONE))
                        : way.handle(request);
            }
        }
        // Before anything is done: who can't be answered gets nothing created either.
        request.wire().ifPresent(wire -> MediaType.accepted(wire.header("Accept"), MediaType.Offered.of(kind)));
        Verb verb = verb(target);
        if (target.subresource().isEmpty() && !kind.has(target.verb())) {
            throw notAllowed();
        }
        boolean namespaces =
                resource.plural().equals("namespaces") && resource.group().isEmpty();
        ObjectKey key = ObjectKey.of(resource.namespaced() && !namespaces ? target.namespace() : "", target.name());
        return switch (verb) {
            case GET, LIST, WATCH -> read(verb, kind, key, request);
            case CREATE, UPDATE, PATCH, DELETE, DELETE_COLLECTION -> write(verb, kind, key, request);
        };
    }

    private Future<Answer> read(Verb verb, KindRow kind, ObjectKey key, ApiRequest request) {
        Request asked = request(verb, kind, key, request, Request.Body.NONE);
        if (verb == Verb.WATCH) {
            return Future.succeededFuture(new Answer.Watching(asked));
        }
        return verb == Verb.LIST
                ? registry.list(asked).map(listing -> new Answer.Many(kind, listing))
                : registry.handle(asked).map(result -> new Answer.One(kind, result));
    }

    private Future<Answer> write(Verb verb, KindRow kind, ObjectKey key, ApiRequest request) {
        String type = request.contentType();
        Optional<ObjectNode> tree = request.body().tree();
        if (tree.isPresent()) {
            return write(request, request(verb, kind, key, request, Request.Body.of(type, tree.get())), 0);
        }
        return request.body().read(request.user()).compose(bytes -> {
            Request asked = request(verb, kind, key, request, Request.Body.of(type, bytes.getBytes()));
            return write(request, asked, bytes.length());
        });
    }

    private Future<Answer> write(ApiRequest request, Request asked, int bytes) {
        if (request.audit().wantsBodies()) {
            request.audit().body(() -> AuditBodies.said(kinds, asked));
        }
        long heaviest = Math.max(bytes, storedBytes(asked));
        return heaviest > HeavyWork.ABOVE_BYTES || isLongYaml(asked, bytes) || mayGrow(asked, bytes)
                ? heavy.run(asked.requester().user().name(), heaviest, () -> writeNow(asked))
                : writeNow(asked);
    }

    private static boolean isLongYaml(Request asked, int bytes) {
        return bytes > HeavyWork.ABOVE_YAML_BYTES && asked.body().contentType().contains("yaml");
    }

    /** A short word may change a large object. */
    private long storedBytes(Request asked) {
        return asked.key().name().isEmpty() ? 0 : registry.storedBytes(asked.resource(), asked.key());
    }

    /** A short patch may copy a text until it is a large one. */
    private static boolean mayGrow(Request asked, int bytes) {
        return bytes > 0
                && asked.body().contentType().equals(JSON_PATCH)
                && mayCopy(asked.body().bytes());
    }

    /** Whether it says copy, or could in letters that are escaped. */
    private static boolean mayCopy(byte[] patch) {
        String text = new String(patch, StandardCharsets.UTF_8);
        return text.contains("\"copy\"") || text.contains("\\u");
    }

    private Future<Answer> writeNow(Request asked) {
        return asked.verb() == Verb.DELETE_COLLECTION
                ? registry.deleteCollection(asked).map(listing -> new Answer.Many(asked.kind(), listing))
                : registry.handle(asked).map(result -> new Answer.One(asked.kind(), result));
    }

    private static Request request(Verb verb, KindRow kind, ObjectKey key, ApiRequest request, Request.Body body) {
        Requester caller =
                new Requester(request.user(), manager(request), request.audit()::annotate, request::abandoned);
        return new Request(verb, kind, key, request.target().subresource(), Map.copyOf(request.query()), caller, body);
    }

    /** The parameter, or what the user agent begins with: {@code kubectl} of {@code kubectl/v1.36.4 (linux/amd64) …}. */
    private static String manager(ApiRequest request) {
        String said = request.parameter("fieldManager");
        if (!said.isEmpty()) {
            return said;
        }
        String agent = request.wire().map(wire -> wire.header("User-Agent")).orElse("");
        StringBuilder printable = new StringBuilder();
        int characters = 0;
        int each;
        for (int at = 0; at < agent.length() && characters < LONGEST_MANAGER; at += Character.charCount(each)) {
            each = agent.codePointAt(at);
            if (each == '/') {
                break;
            }
            if (!Character.isISOControl(each)) {
                printable.appendCodePoint(each);
                characters++;
            }
        }
        return printable.toString();
    }

    private static Verb verb(Target target) {
        return switch (target.verb()) {
            case "get" -> Verb.GET;
            case "list" -> Verb.LIST;
            case "watch" -> Verb.WATCH;
            case "create" -> Verb.CREATE;
            case "update" -> Verb.UPDATE;
            case "patch" -> Verb.PATCH;
            case "delete" -> Verb.DELETE;
            case "deletecollection" -> Verb.DELETE_COLLECTION;
            default -> throw notAllowed();
        };
    }

    private static void checkScope(Target target, Resource resource) {
        boolean one = Set.of("get", "update", "patch", "delete").contains(target.verb());
        if (one
                ? target.name().isEmpty()
                : target.verb().equals("create") && !target.name().isEmpty()) {
            throw notAllowed();
        }
        boolean collection = target.verb().equals("list") || target.verb().equals("watch");
        if (resource.namespaced() && target.namespace().isEmpty() && !collection) {
            throw target.verb().equals("create") || target.verb().equals("deletecollection")
                    ? notAllowed()
                    : noSuchPage();
        }
    }

    /**
     * An authorizer was asked of the namespace that the path names: what is in none, or is another namespace, has no such path.
     * Else whoever rules one namespace would rule nodes and all namespaces by it.
     */
    private static void checkNamespace(Target target, Resource resource) {
        boolean namespaces =
                resource.plural().equals("namespaces") && resource.group().isEmpty();
        boolean own = namespaces ? target.namespace().equals(target.name()) : resource.namespaced();
        if (!target.namespace().isEmpty() && !own) {
            throw noSuchPage();
        }
        if (!target.subresource().isEmpty()
                && resource.namespaced()
                && target.namespace().isEmpty()) {
            throw noSuchPage();
        }
    }

    private static void checkSubresource(KindRow kind, Target target) {
        Subresource subresource = kind.subresource(target.subresource()).orElseThrow(Routes::noSuchPage);
        if (!target.connect() && !subresource.verbs().contains(target.verb())) {
            throw notAllowed();
        }
    }

    static ApiException noSuchPage() {
        return ApiException.of(Reason.NotFound, "the server could not find the requested resource", Details.NONE);
    }

    static ApiException notAllowed() {
        return ApiException.methodNotAllowed("the server does not allow this method on the requested resource");
    }
}
