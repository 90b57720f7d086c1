package io.minik.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.SecretFile;
import io.minik.ground.tls.Subject;
import io.minik.server.pki.Kubeconfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code minik kubeconfig}: files by which people use the cluster as themselves, by Kubernetes' own way to certificates. */
@Command(
        name = "kubeconfig",
        description = "Make kubeconfigs for people.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "add",
        subcommands = KubeconfigCommand.Add.class)
final class KubeconfigCommand extends WordGroup {
    @Command(
            name = "add",
            description = {
                "Print a kubeconfig with a certificate of a user.",
                "What the user may do is said by RoleBindings: kubectl create clusterrolebinding NAME --clusterrole view --user NAME"
            },
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Add implements Callable<Integer> {
        private static final String SIGNER = "kubernetes.io/kube-apiserver-client";
        private static final Duration LOOK_EVERY = Duration.ofMillis(100);
        private static final int LOOKS = 100;
        /** Upstream's least for spec.expirationSeconds. */
        private static final long LEAST_SECONDS = 600;

        @Parameters(paramLabel = "NAME", description = "the user's name")
        String name = "";

        @Option(
                names = {"-g", "--group"},
                paramLabel = "GROUP",
                split = ",",
                description = "a group of the user; may be given again")
        List<String> groups = new ArrayList<>();

        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                defaultValue = "8760h",
                description = "how long the certificate lives; it can't be called back (default ${DEFAULT-VALUE})")
        String ttl = "8760h";

        @Option(
                names = "--server",
                paramLabel = "URL",
                defaultValue = "",
                description = "where the API server is reached (default: at its address in the cluster)")
        String server = "";

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FILE",
                defaultValue = "",
                description = "write it there, for its owner alone (default: to standard output)")
        String output = "";

        @Mixin
        ClientOptions client = new ClientOptions();

        @Override
        public Integer call() {
            long seconds = AuthorizationOptions.duration("--ttl", ttl).toSeconds();
            new Flag("--ttl").atLeast(LEAST_SECONDS, seconds, "seconds, which is ten minutes");
            KeyPair keys = Keys.generate();
            KubeObject request = request(keys, seconds);
            try (ServerSession session = ServerSession.open(client)) {
                String certificate = session.answer(() -> signed(session, request));
                String text = Kubeconfig.text(
                        server.isEmpty() ? address(session) : server,
                        session.server().caPem(),
                        new Kubeconfig.Login(name, certificate, Keys.pem(keys.getPrivate())));
                write(text);
            }
            return 0;
        }

        KubeObject request(KeyPair keys, long seconds) {
            if (!name.matches("[^\\p{Cntrl}\"\\\\]{1,64}") || name.isBlank() || name.startsWith("system:")) {
                throw new StartFailure(
                        "\"" + name + "\" is no name for a user: 1 to 64 characters without quotes, and those that"
                                + " begin with system: are the cluster's");
            }
            if (!server.isEmpty() && !server.matches("https://[^\\s/\"\\\\]+")) {
                throw new Flag("--server").wrong(server, "must be https://HOST:PORT");
            }
            Subject subject = Subject.of(name, groups.toArray(String[]::new));
            String csr = CertificateRequest.create(keys, subject, AltNames.NONE);
            return KubeObject.named(
                    "certificates.k8s.io/v1", "CertificateSigningRequest", ObjectKey.cluster(""), tree -> {
                        ((ObjectNode) tree.path("metadata"))
                                .put("generateName", "minik-kubeconfig-")
                                .remove("name");
                        ObjectNode spec = tree.putObject("spec")
                                .put(
                                        "request",
                                        Base64.getEncoder().encodeToString(csr.getBytes(StandardCharsets.US_ASCII)))
                                .put("signerName", SIGNER)
                                .put("expirationSeconds", seconds);
                        spec.putArray("usages").add("client auth");
                    });
        }

        /** Asked for, approved, waited for, taken away. */
        private static Future<String> signed(ServerSession session, KubeObject request) {
            ApiClient api = session.api();
            Loop loop = session.loop();
            return api.create(Resources.CERTIFICATE_SIGNING_REQUESTS, request).compose(made -> {
                KubeObject approved = made.edit(tree -> Json.child(tree, "status")
                        .putArray("conditions")
                        .addObject()
                        .put("type", "Approved")
                        .put("status", "True")
                        .put("reason", "MinikKubeconfig")
                        .put("message", "asked for by minik kubeconfig add"));
                return api.update(Resources.CERTIFICATE_SIGNING_REQUESTS, approved, "approval")
                        .compose(unused -> certificate(loop, api, made.key(), LOOKS))
                        .eventually(() ->
                                api.delete(Resources.CERTIFICATE_SIGNING_REQUESTS, made.key(), DeleteOptions.DEFAULT));
            });
        }

        private static Future<String> certificate(Loop loop, ApiClient api, ObjectKey key, int looks) {
            return api.get(Resources.CERTIFICATE_SIGNING_REQUESTS, key).compose(found -> {
                String certificate = found.text("status", "certificate");
                if (!certificate.isEmpty()) {
                    return Future.succeededFuture(
                            new String(Base64.getDecoder().decode(certificate), StandardCharsets.US_ASCII));
                }
                for (var condition : found.at("status", "conditions")) {
                    if (List.of("Failed", "Denied").contains(Json.text(condition, "type"))) {
                        return Future.failedFuture(Json.text(condition, "message"));
                    }
                }
                if (looks == 0) {
                    return Future.failedFuture(
                            "nobody has signed the certificate: does the server run its controllers?");
                }
                Promise<Void> later = Promise.promise();
                loop.after(LOOK_EVERY, later::complete);
                return later.future().compose(unused -> certificate(loop, api, key, looks - 1));
            });
        }

        /** Where the cluster reaches it: the kubeconfig of its own machine says loopback. */
        private static String address(ServerSession session) {
            String own = session.server().url();
            if (!URI.create(own).getHost().startsWith("127.")) {
                return own;
            }
            KubeObject endpoints =
                    session.answer(() -> session.api().get(Resources.ENDPOINTS, ObjectKey.of("default", "kubernetes")));
            var subset = endpoints.at("subsets").path(0);
            String address = Json.text(subset.path("addresses").path(0), "ip");
            return address.isEmpty()
                    ? own
                    : "https://" + address + ":"
                            + subset.path("ports").path(0).path("port").asInt();
        }

        private void write(String text) {
            if (output.isEmpty()) {
                System.out.print(text);
                return;
            }
            Path file = new Flag("--output").fileOfDirectory(Path.of(output));
            try {
                SecretFile.write(file, text);
                System.out.println("kubectl --kubeconfig " + file + " auth whoami");
            } catch (UncheckedIOException e) {
                throw new StartFailure("--output: " + e.getMessage(), e);
            }
        }
    }
}
