package io.minik.server.http;

import io.minik.api.schema.Kinds;
import io.minik.ground.tls.ClientAuthority;
import io.minik.server.admission.Admission;
import io.minik.server.admission.AdmissionPlugins;
import io.minik.server.admission.DefaultTolerationSeconds;
import io.minik.server.audit.AuditConfig;
import io.minik.server.audit.AuditPolicy;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.server.kinds.PortRange;
import io.minik.server.podsecurity.PodSecurityConfig;
import io.minik.server.table.BuiltInTables;
import io.minik.server.watchcache.DistantStore;
import io.minik.store.Store;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The API server on plain HTTP over a memory store, where everybody may do everything: for tests and for trying kubectl. */
public final class DevServer {
    private DevServer() {}

    /** @param port 0 lets the system choose */
    public static ApiServer of(Vertx vertx, Store store, int port) {
        return of(vertx, store, config(port, Optional.empty(), Optional.empty()));
    }

    static ApiServer of(Vertx vertx, Store store, PodSecurityConfig podSecurity) {
        return of(vertx, store, config(0, Optional.empty(), Optional.empty(), podSecurity, AdmissionPlugins.DEFAULT));
    }

    static ApiServer of(Vertx vertx, Store store, AdmissionPlugins plugins) {
        return of(vertx, store, config(0, Optional.empty(), Optional.empty(), PodSecurityConfig.NONE, plugins));
    }

    static ApiServerConfig config(int port, Optional<KeyCertOptions> identity, Optional<ClientAuthority> clients) {
        return config(port, identity, clients, PodSecurityConfig.NONE, AdmissionPlugins.DEFAULT);
    }

    static final Authorizer EVERYTHING = (user, asked) -> Future.succeededFuture(new Decision(Outcome.ALLOW, "dev"));

    private static ApiServerConfig config(
            int port,
            Optional<KeyCertOptions> identity,
            Optional<ClientAuthority> clients,
            PodSecurityConfig podSecurity,
            AdmissionPlugins plugins) {
        return new ApiServerConfig(
                "127.0.0.1",
                port,
                "192.0.2.1",
                identity.map(shown -> new ApiServerConfig.Serving(shown, clients)),
                1,
                "10.43.0.0/16",
                PortRange.NODE_PORTS,
                DefaultTolerationSeconds.Periods.DEFAULT,
                new ApiServerConfig.Admitting(podSecurity, plugins),
                audit(),
                new ApiServerConfig.Version("v1.36.4+minik", "", "", "2026-01-01T00:00:00Z", "linux/amd64"),
                Optional.of(new ApiServerConfig.KubeletTls(new PemKeyCertOptions(), new PemTrustOptions(), false)),
                Optional.empty());
    }

    static ApiServerConfig audited(AuditConfig audit) {
        ApiServerConfig plain = config(0, Optional.empty(), Optional.empty());
        return new ApiServerConfig(
                plain.host(),
                plain.port(),
                plain.advertiseAddress(),
                plain.tls(),
                plain.loops(),
                plain.serviceCidr(),
                plain.nodePorts(),
                plain.tolerations(),
                plain.admitting(),
                audit,
                plain.version(),
                plain.kubelets(),
                plain.extensions());
    }

    private static AuditConfig audit() {
        String path = System.getProperty("audit", "");
        return path.isEmpty()
                ? AuditConfig.NONE
                : new AuditConfig(
                        AuditPolicy.METADATA,
                        Optional.of(new AuditConfig.LogFile(path, 0, 0, Long.MAX_VALUE, AuditConfig.Mode.BATCH)),
                        Optional.empty());
    }

    static ApiServer of(Vertx vertx, Store store, ApiServerConfig config) {
        return of(vertx, store, config, EVERYTHING, List.of());
    }

    /** With steps of a test's own. */
    static ApiServer of(Vertx vertx, Store store, Authorizer authorizer, List<Admission> rules) {
        return of(vertx, store, config(0, Optional.empty(), Optional.empty()), authorizer, rules);
    }

    private static ApiServer of(
            Vertx vertx, Store store, ApiServerConfig config, Authorizer authorizer, List<Admission> rules) {
        return new ApiServer(
                vertx,
                config,
                parts(
                        DistantStore.ifWanted(vertx, store),
                        authorizer,
                        rules,
                        InstantSource.system(),
                        new SecureRandom()));
    }

    /** On a clock and a chance of the caller's, who listens to nobody. */
    public static ApiServer simulated(Vertx vertx, Store store, InstantSource clock, RandomGenerator random) {
        return new ApiServer(
                vertx,
                config(0, Optional.empty(), Optional.empty()),
                parts(store, EVERYTHING, List.of(), clock, random));
    }

    private static ApiServer.Parts parts(
            Store store, Authorizer authorizer, List<Admission> rules, InstantSource clock, RandomGenerator random) {
        return new ApiServer.Parts(
                store,
                Kinds.builtIn(),
                credentials -> Future.succeededFuture(Optional.of(User.system("admin", User.MASTERS))),
                authorizer,
                Map.of(),
                BuiltInTables.tables(),
                Map.of(),
                rules,
                clock,
                random);
    }

    public static void main(String[] arguments) {
        Vertx vertx = Vertx.vertx();
        ApiServer server = of(vertx, new MemoryStore(vertx), Integer.parseInt(arguments[0]));
        long start = System.nanoTime();
        server.start()
                .onSuccess(unused -> System.out.println("ready in " + (System.nanoTime() - start) / 1_000_000 + " ms"))
                .onFailure(error -> {
                    error.printStackTrace();
                    System.exit(1);
                });
    }
}
