package io.minik.cli;

import io.minik.store.StoreException;
import io.minik.store.remote.EtcdEndpoint;
import io.minik.store.remote.RemoteConfig;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A store that is elsewhere: k3s' words. */
final class DatastoreOptions {
    private static final String ENDPOINT = "--datastore-endpoint";

    @Option(
            names = ENDPOINT,
            paramLabel = "URLS",
            defaultValue = "",
            description =
                    "an etcd (3.4 to 3.6) to use instead of the embedded store: https://host:2379,…, http:// without"
                            + " TLS, user:password@ before the first host")
    String endpoint = "";

    @Option(
            names = "--datastore-cafile",
            paramLabel = "FILE",
            defaultValue = "",
            description = "authorities of its certificates, PEM (default this machine's)")
    String caFile = "";

    @Option(
            names = "--datastore-certfile",
            paramLabel = "FILE",
            defaultValue = "",
            description = "certificate that is shown to it, PEM")
    String certFile = "";

    @Option(names = "--datastore-keyfile", paramLabel = "FILE", defaultValue = "", description = "its key, PEM")
    String keyFile = "";

    boolean isElsewhere() {
        return !endpoint.isEmpty();
    }

    /** @throws StartFailure naming the option */
    void check(BackupOptions backup) {
        file("--datastore-cafile", caFile);
        file("--datastore-certfile", certFile);
        file("--datastore-keyfile", keyFile);
        if (certFile.isEmpty() != keyFile.isEmpty()) {
            throw new StartFailure("--datastore-certfile and --datastore-keyfile: give both or none");
        }
        if (!isElsewhere()) {
            return;
        }
        EtcdEndpoint.Parsed parsed = parsed();
        if (!parsed.endpoints().get(0).tls() && !(caFile + certFile).isEmpty()) {
            throw new StartFailure(ENDPOINT + ": http:// has no use for certificates: https:// is meant");
        }
        if (backup.clusterReset) {
            throw new StartFailure(
                    "--cluster-reset: with " + ENDPOINT + " it is etcd that is restored, by etcdutl snapshot restore");
        }
    }

    private void file(String flag, String file) {
        if (!file.isEmpty() && !isElsewhere()) {
            throw new StartFailure(flag + ": it does nothing without " + ENDPOINT);
        }
        if (!file.isEmpty() && !Files.isReadable(Path.of(file))) {
            throw new Flag(flag).wrong(file, "can't be read");
        }
    }

    private EtcdEndpoint.Parsed parsed() {
        try {
            return EtcdEndpoint.parse(endpoint);
        } catch (StoreException.Invalid e) {
            throw new StartFailure(ENDPOINT + ": " + e.getMessage(), e);
        }
    }

    RemoteConfig config() {
        EtcdEndpoint.Parsed parsed = parsed();
        return new RemoteConfig(
                parsed.endpoints(),
                caFile.isEmpty() ? Optional.empty() : Optional.of(new PemTrustOptions().addCertPath(caFile)),
                certFile.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new PemKeyCertOptions().setCertPath(certFile).setKeyPath(keyFile)),
                parsed.user(),
                parsed.password());
    }
}
