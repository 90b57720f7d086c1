package io.minik.server.reviews;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Cause;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.authn.ObjectLookup;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.authn.ServiceAccountTokens.Bound;
import io.minik.server.authn.ServiceAccountTokens.Issued;
import io.minik.server.authz.NodeUser;
import io.minik.server.request.Request;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** serviceaccounts/token: a token for a while, bound to what it is for. */
final class TokenRequests {
    private static final Resource TOKEN_REQUEST =
            new Resource("authentication.k8s.io", "v1", "tokenrequests", "TokenRequest", true);
    private static final String EXPIRATION = "spec.expirationSeconds";
    private static final long DEFAULT_SECONDS = 3600;
    private static final long MIN_SECONDS = 600;
    private static final long MAX_SECONDS = 1L << 32;
    private static final Map<String, Resource> BINDABLE = Map.of(
            "Pod", Resources.PODS,
            "Secret", Resources.SECRETS,
            "Node", Resources.NODES);

    private final ServiceAccountTokens tokens;
    private final ObjectLookup lookup;
    private final InstantSource clock;

    TokenRequests(ServiceAccountTokens tokens, ObjectLookup lookup, InstantSource clock) {
        this.tokens = tokens;
        this.lookup = lookup;
        this.clock = clock;
    }

    /** What a token is bound to, and on which node that is. */
    private record Binding(Optional<Bound> object, Optional<Bound> node) {
        static final Binding NONE = new Binding(Optional.empty(), Optional.empty());
    }

    Future<KubeObject> create(Request asked, KubeObject request) {
        List<Cause> causes = validate(request);
        if (!causes.isEmpty()) {
            return Future.failedFuture(ApiException.invalid(TOKEN_REQUEST, request.name(), causes));
        }
        return require(Resources.SERVICE_ACCOUNTS, asked.key())
                .compose(account -> NodeUser.of(asked.user())
                        .map(node -> forItsPod(node, request, account).map(account))
                        .orElseGet(() -> Future.succeededFuture(account)))
                .compose(account -> bind(request.at("spec", "boundObjectRef"), account)
                        .map(binding -> issue(asked, request, account, binding)));
    }

    /** A node gets tokens for pods that run on it alone, and for audiences that they name. */
    private Future<Void> forItsPod(String node, KubeObject request, KubeObject account) {
        JsonNode reference = request.at("spec", "boundObjectRef");
        String name = Json.text(reference, "name");
        if (!Json.text(reference, "kind").equals("Pod") || name.isEmpty()) {
            return refused(account, "node requested token not bound to a pod");
        }
        if (Json.text(reference, "uid").isEmpty()) {
            return refused(account, "node requested token with a pod binding without a uid");
        }
        return require(Resources.PODS, ObjectKey.of(account.namespace(), name)).compose(pod -> {
            if (!pod.text("spec", "nodeName").equals(node)) {
                return refused(account, "node requested token bound to a pod scheduled on a different node");
            }
            Optional<String> unknown = Json.stringList(request.tree(), "spec", "audiences").stream()
                    .filter(audience -> !tokens.apiAudiences().contains(audience))
                    .filter(audience -> !projected(pod).contains(audience))
                    .findFirst();
            return unknown.isPresent()
                    ? refused(account, "audience \"" + unknown.get() + "\" not found in pod spec volume")
                    : Future.succeededFuture();
        });
    }

    private static Set<String> projected(KubeObject pod) {
        Set<String> audiences = new HashSet<>();
        for (JsonNode volume : Json.items(pod.tree(), "spec", "volumes")) {
            for (JsonNode source : Json.items(volume, "projected", "sources")) {
                audiences.add(Json.text(source, "serviceAccountToken", "audience"));
            }
        }
        return audiences;
    }

    private static Future<Void> refused(KubeObject account, String why) {
        return Future.failedFuture(ApiException.forbidden(Resources.SERVICE_ACCOUNTS, account.name(), why));
    }

    private KubeObject issue(Request asked, KubeObject request, KubeObject account, Binding binding) {
        List<String> audiences = Json.stringList(request.tree(), "spec", "audiences");
        long seconds = Json.longOr(DEFAULT_SECONDS, request.tree(), "spec", "expirationSeconds");
        Issued issued = tokens.issue(account, audiences, Duration.ofSeconds(seconds), binding.object(), binding.node());
        return request.edit(tree -> {
            Json.child(tree, "metadata")
                    .put("name", account.name())
                    .put("namespace", account.namespace())
                    .put(
                            "creationTimestamp",
                            clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
            Json.child(tree, "spec").put("expirationSeconds", seconds);
            if (audiences.isEmpty()) {
                tokens.apiAudiences().forEach(Json.child(tree, "spec").putArray("audiences")::add);
            }
            // A dry run promises that it would be issued: a token that works is not a dry run.
            tree.putObject("status")
                    .put("token", asked.dryRun() ? "" : issued.token())
                    .put("expirationTimestamp", issued.expiration().toString());
        });
    }

    private static List<Cause> validate(KubeObject request) {
        Causes causes = new Causes();
        long seconds = Json.longOr(DEFAULT_SECONDS, request.tree(), "spec", "expirationSeconds");
        if (seconds < MIN_SECONDS) {
            causes.invalid(EXPIRATION, seconds, "may not specify a duration less than 10 minutes");
        }
        if (seconds > MAX_SECONDS) {
            causes.invalid(EXPIRATION, seconds, "may not specify a duration larger than 2^32 seconds");
        }
        return causes.list();
    }

    private Future<Binding> bind(JsonNode reference, KubeObject account) {
        if (!reference.isObject()) {
            return Future.succeededFuture(Binding.NONE);
        }
        String kind = Json.text(reference, "kind");
        Resource resource = BINDABLE.get(kind);
        if (resource == null || !Json.textOr("v1", reference, "apiVersion").equals("v1")) {
            return Future.failedFuture(ApiException.badRequest(
                    "cannot bind token to object of type " + Json.text(reference, "apiVersion") + ", Kind=" + kind));
        }
        ObjectKey key = ObjectKey.of(resource.namespaced() ? account.namespace() : "", Json.text(reference, "name"));
        return require(resource, key).compose(object -> {
            String uid = Json.text(reference, "uid");
            if (!uid.isEmpty() && !uid.equals(object.uid())) {
                return Future.failedFuture(ApiException.conflict(
                        resource,
                        key.name(),
                        "the UID in the bound object reference (" + uid
                                + ") does not match the UID in record. The object might have been deleted and then"
                                + " recreated"));
            }
            Bound bound = new Bound(kind, object.name(), object.uid());
            if (!kind.equals("Pod")) {
                return Future.succeededFuture(new Binding(Optional.of(bound), Optional.empty()));
            }
            if (!object.text("spec", "serviceAccountName").equals(account.name())) {
                return Future.failedFuture(ApiException.badRequest("cannot bind token for serviceaccount \""
                        + account.name() + "\" to pod running with different serviceaccount name."));
            }
            return node(object.text("spec", "nodeName")).map(node -> new Binding(Optional.of(bound), node));
        });
    }

    private Future<Optional<Bound>> node(String name) {
        return name.isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : lookup.find(Resources.NODES, ObjectKey.cluster(name))
                        .map(found -> found.map(node -> new Bound("Node", name, node.uid())));
    }

    private Future<KubeObject> require(Resource resource, ObjectKey key) {
        return lookup.find(resource, key).compose(found -> found.map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(ApiException.notFound(resource, key.name()))));
    }
}
