package io.minik.server.matching;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.server.admission.Effects;
import io.minik.server.admission.Lookup;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.kinds.BuiltInKinds;
import io.minik.server.registry.Versions;
import io.minik.server.request.Request;
import io.minik.server.request.Requester;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Requests as tests put them, among objects that they put there. */
final class Asked {
    private static final Kinds KINDS = Kinds.builtIn();
    private static final Versions VERSIONS = new Versions(KINDS, BuiltInKinds.strategies(KINDS.now()));

    private final Map<Resource, List<KubeObject>> present = new HashMap<>();
    private Operation operation = Operation.CREATE;
    private Resource resource = Resources.PODS;
    private String subresource = "";
    private ObjectKey key = ObjectKey.of("shop", "web");
    private ObjectNode object = Json.object();
    private Optional<KubeObject> old = Optional.empty();
    private Map<String, String> query = Map.of();

    static ObjectNode tree(String json) {
        return Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    Asked by(Operation other) {
        operation = other;
        return this;
    }

    /** @param path {@code apps/v1/deployments}, {@code v1/pods/status} */
    Asked of(String path) {
        List<String> words = new ArrayList<>(List.of(path.split("/")));
        String version = words.remove(0);
        if (!version.matches("v[0-9].*")) {
            version += "/" + words.remove(0);
        }
        resource = KINDS.find(version, words.remove(0)).orElseThrow().resource();
        subresource = words.isEmpty() ? "" : words.get(0);
        if (!resource.namespaced()) {
            key = ObjectKey.cluster("web");
        }
        return this;
    }

    Asked object(String json) {
        object = tree(json);
        return this;
    }

    Asked old(String json) {
        old = Optional.of(KubeObject.of(tree(json)));
        return this;
    }

    Asked query(Map<String, String> parameters) {
        query = parameters;
        return this;
    }

    Asked named(String namespace, String name) {
        key = namespace.isEmpty() ? ObjectKey.cluster(name) : ObjectKey.of(namespace, name);
        return this;
    }

    Asked beside(Resource of, String json) {
        present.computeIfAbsent(of, unused -> new ArrayList<>()).add(KubeObject.of(tree(json)));
        return this;
    }

    Lookup lookup() {
        return new Lookup() {
            @Override
            public Optional<KubeObject> find(Resource of, ObjectKey at) {
                return list(of, at.namespace()).stream()
                        .filter(found -> found.key().equals(at))
                        .findFirst();
            }

            @Override
            public Collection<KubeObject> list(Resource of, String namespace) {
                return present.getOrDefault(of, List.of()).stream()
                        .filter(found ->
                                namespace.isEmpty() || found.namespace().equals(namespace))
                        .toList();
            }

            @Override
            public Future<Void> arrival(Resource of, ObjectKey at) {
                return Future.succeededFuture();
            }
        };
    }

    Attributes attributes() {
        Verb verb =
                switch (operation.name()) {
                    case "DELETE" -> Verb.DELETE;
                    case "UPDATE" -> Verb.UPDATE;
                    default -> Verb.CREATE;
                };
        User user = new User("alice", "u1", List.of("dev", User.AUTHENTICATED), Map.of("scopes", List.of("a", "b")));
        Request request = new Request(
                verb,
                KINDS.find(resource.apiVersion(), resource.plural()).orElseThrow(),
                key,
                subresource,
                query,
                Requester.room(user),
                Request.Body.NONE);
        return new Attributes(
                new Review(operation, request, key, object, old, Instant.EPOCH, lookup(), Effects.after(List.of())),
                VERSIONS);
    }
}
