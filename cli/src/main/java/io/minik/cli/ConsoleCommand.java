package io.minik.cli;

import io.minik.api.client.ApiClient;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code minik console}: a link that opens the console in a browser and signs in, once. */
@Command(
        name = "console",
        description = "Print a link that opens the console in a browser and signs in, once, within two minutes.",
        mixinStandardHelpOptions = true)
final class ConsoleCommand implements Callable<Integer> {
    private static final ObjectKey ADMIN = ObjectKey.of("kube-system", "minik-console");
    /** What the API gives at the least. */
    private static final Duration LEAST = Duration.ofMinutes(10);

    @Option(
            names = "--service-account",
            paramLabel = "NAMESPACE/NAME",
            defaultValue = "kube-system/minik-console",
            description =
                    "whose rights the browser gets: one of yours, or ${DEFAULT-VALUE}, which is made and may do everything")
    String account = ADMIN.toString();

    @Option(
            names = "--ttl",
            paramLabel = "DURATION",
            defaultValue = "12h",
            description = "how long the browser stays signed in, 10m at the least (default ${DEFAULT-VALUE})")
    String ttl = "12h";

    @Mixin
    ClientOptions client = new ClientOptions();

    @Override
    public Integer call() {
        Duration life = AuthorizationOptions.duration("--ttl", ttl);
        if (life.compareTo(LEAST) < 0) {
            throw new Flag("--ttl").wrong(ttl, "is less than 10m");
        }
        String[] parts = account.split("/", -1);
        if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new Flag("--service-account").wrong(account, "is no NAMESPACE/NAME");
        }
        ObjectKey key = ObjectKey.of(parts[0], parts[1]);
        try (ServerSession session = ServerSession.open(client)) {
            ApiClient api = session.api();
            if (key.equals(ADMIN)) {
                session.answer(() -> made(api, Resources.SERVICE_ACCOUNTS, account())
                        .compose(done -> made(api, Resources.CLUSTER_ROLE_BINDINGS, everything())));
            }
            KubeObject token =
                    session.answer(() -> api.create(Resources.SERVICE_ACCOUNTS, key, "token", tokenRequest(key, life)));
            Buffer body = Buffer.buffer(Json.bytes(Json.object().put("token", token.text("status", "token"))));
            Buffer answer = session.fetch(HttpMethod.POST, ConsolePage.PATH, body);
            String code = Json.text(Json.parseObject(answer.getBytes()), "code");
            System.out.println(session.answer(() -> address(api)) + "/console/#code=" + code);
            System.err.println("It signs in once, within two minutes, as system:serviceaccount:" + key.namespace() + ":"
                    + key.name() + " for " + ttl
                    + ". The server's certificate is its own: the browser asks about it the first time.");
        }
        return 0;
    }

    private static Future<Void> made(ApiClient api, Resource resource, KubeObject object) {
        return api.create(resource, object)
                .<Void>mapEmpty()
                .recover(why -> ApiException.is(why, Reason.AlreadyExists)
                        ? Future.succeededFuture()
                        : Future.failedFuture(why));
    }

    private static KubeObject account() {
        return KubeObject.named("v1", "ServiceAccount", ADMIN, tree -> tree.put("automountServiceAccountToken", false));
    }

    private static KubeObject everything() {
        return KubeObject.named(
                "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", ObjectKey.cluster(ADMIN.name()), tree -> {
                    tree.putObject("roleRef")
                            .put("apiGroup", "rbac.authorization.k8s.io")
                            .put("kind", "ClusterRole")
                            .put("name", "cluster-admin");
                    tree.putArray("subjects")
                            .addObject()
                            .put("kind", "ServiceAccount")
                            .put("namespace", ADMIN.namespace())
                            .put("name", ADMIN.name());
                });
    }

    private static KubeObject tokenRequest(ObjectKey key, Duration life) {
        return KubeObject.named("authentication.k8s.io/v1", "TokenRequest", key, tree -> tree.putObject("spec")
                .put("expirationSeconds", life.toSeconds()));
    }

    /** As others reach the server: what it tells of itself in the endpoints of the Service kubernetes. */
    private static Future<String> address(ApiClient api) {
        return api.list(
                        Resources.ENDPOINT_SLICES,
                        "default",
                        ListOptions.labels("kubernetes.io/service-name=kubernetes"))
                .map(list -> {
                    KubeObject slice = list.items().get(0);
                    String host = Json.text(
                            slice.at("endpoints").get(0).path("addresses").get(0));
                    int port = Json.intOr(6443, slice.at("ports").get(0), "port");
                    return "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
                });
    }
}
