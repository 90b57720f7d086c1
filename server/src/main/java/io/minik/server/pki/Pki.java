package io.minik.server.pki;

import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.LeafLifetime;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.X509Exception;
import io.minik.server.pki.KeyFolder.Found;
import io.minik.server.pki.KeyFolder.Wanted;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * All keys and certificates of one server.
 *
 * <pre>
 *   server-ca ── serving-kube-apiserver, kubelets' serving certificates
 *   client-ca ── client-admin, client-kube-apiserver, nodes' client certificates, approved CSRs
 *   request-header-ca ── client-auth-proxy        etcd/server-ca ── etcd/server        etcd/client-ca ── etcd/client
 *   service.key, service.pub: service account tokens
 * </pre>
 *
 * Accessors are thread-safe; a renewed identity is seen by the next call.
 */
public final class Pki {
    /** A certificate with its key, as PEM text and as files (PKCS#8; mode 0600). */
    public record Identity(
            Path certificateFile, Path keyFile, String certificatePem, String keyPem, X509Certificate certificate) {}

    private static final String SERVING = "serving-kube-apiserver";
    private static final String ADMIN = "client-admin";
    private static final String KUBELET_CLIENT = "client-kube-apiserver";
    private static final String PROXY_CLIENT = "client-auth-proxy";
    private static final String SERVICE = "service";

    private final PkiConfig config;
    private final KeyFolder folder;
    private final KeyFolder etcdFolder;
    private final CertificateAuthority serverCa;
    private final CertificateAuthority clientCa;
    private final CertificateAuthority requestHeaderCa;
    private final CertificateAuthority etcdServerCa;
    private final CertificateAuthority etcdClientCa;
    private final ServiceAccountKeys serviceAccountKeys;
    /** Leaves by name; replaced as a whole by {@link #renewIfDue}. */
    private volatile Map<String, Identity> leaves;

    private Pki(Path tlsDir, PkiConfig config, boolean mayBegin) {
        Instant now = config.clock().instant();
        this.config = config;
        this.folder = new KeyFolder(tlsDir, config.lifetime(), mayBegin);
        this.etcdFolder = new KeyFolder(tlsDir.resolve("etcd"), config.lifetime(), mayBegin);
        this.serverCa = folder.authority("server-ca", "minik-server-ca@" + now.getEpochSecond(), now);
        this.clientCa = folder.authority("client-ca", "minik-client-ca@" + now.getEpochSecond(), now);
        this.requestHeaderCa =
                folder.authority("request-header-ca", "minik-request-header-ca@" + now.getEpochSecond(), now);
        this.etcdServerCa = etcdFolder.authority("server-ca", "etcd-server-ca@" + now.getEpochSecond(), now);
        this.etcdClientCa = etcdFolder.authority("client-ca", "etcd-client-ca@" + now.getEpochSecond(), now);
        this.serviceAccountKeys = openServiceAccountKeys();
        this.leaves = Map.of();
        renewIfDue(now);
    }

    /**
     * Finds or makes everything below a folder. Blocking.
     *
     * @throws PkiException if a file can't be used or written
     */
    public static Pki open(Path tlsDir, PkiConfig config) {
        return open(tlsDir, config, true);
    }

    /**
     * The same for a server that may have a cluster already: its authorities and its service account key are found, or it
     * does not start.
     *
     * @param mayBegin nobody knows this server yet
     */
    public static Pki open(Path tlsDir, PkiConfig config, boolean mayBegin) {
        try {
            return new Pki(tlsDir, config, mayBegin);
        } catch (X509Exception e) {
            throw new PkiException("keys and certificates in " + tlsDir + ": " + e.getMessage(), e);
        }
    }

    /**
     * Makes those leaves anew that are due, and writes them. Blocking. Call at start (open does) and daily.
     *
     * @return names of what was made; if it holds {@code serving-kube-apiserver} the servers must take the new options
     */
    public synchronized List<String> renewIfDue(Instant now) {
        List<String> made = new ArrayList<>();
        Map<String, Identity> next = new LinkedHashMap<>();
        leaf(next, made, "", folder, serverCa, now, serving());
        leaf(next, made, "", folder, clientCa, now, client(ADMIN, Subject.of("system:admin", "system:masters")));
        leaf(
                next,
                made,
                "",
                folder,
                clientCa,
                now,
                client(KUBELET_CLIENT, Subject.of("system:kube-apiserver", "system:masters")));
        leaf(next, made, "", folder, requestHeaderCa, now, client(PROXY_CLIENT, Subject.of("system:auth-proxy")));
        leaf(
                next,
                made,
                "etcd/",
                etcdFolder,
                etcdServerCa,
                now,
                new Wanted(
                        "server",
                        Subject.of("etcd-server"),
                        config.etcdNames(),
                        List.of(Purpose.SERVER, Purpose.CLIENT)));
        leaf(next, made, "etcd/", etcdFolder, etcdClientCa, now, client("client", Subject.of("etcd-client")));
        leaves = Map.copyOf(next);
        return List.copyOf(made);
    }

    /** Of {@link #renewIfDue}: {@code client-admin}, {@code etcd/server}. */
    public Set<String> leafNames() {
        return leaves.keySet();
    }

    /** Makes those of these names anew, too. Blocking. @param names of {@link #leafNames} */
    public synchronized List<String> rotate(Set<String> names, Instant now) {
        for (String name : names) {
            Identity identity = leaf(name);
            KeyFolder.forget(identity.certificateFile());
        }
        return renewIfDue(now);
    }

    private Wanted serving() {
        return new Wanted(SERVING, Subject.of("kube-apiserver"), config.apiServerNames(), List.of(Purpose.SERVER));
    }

    private static Wanted client(String name, Subject subject) {
        return new Wanted(name, subject, List.of(), List.of(Purpose.CLIENT));
    }

    private static void leaf(
            Map<String, Identity> leaves,
            List<String> made,
            String prefix,
            KeyFolder folder,
            CertificateAuthority authority,
            Instant now,
            Wanted wanted) {
        Found found = folder.leaf(wanted, authority, now);
        leaves.put(prefix + wanted.name(), found.identity());
        if (found.made()) {
            made.add(prefix + wanted.name());
        }
    }

    private static <T> T readable(Path file, Supplier<T> read) {
        try {
            return read.get();
        } catch (X509Exception e) {
            throw new PkiException(
                    file + " is damaged (" + e.getMessage() + "): restore it, or remove " + SERVICE + ".key and "
                            + SERVICE + ".pub, which invalidates all service account tokens",
                    e);
        }
    }

    private ServiceAccountKeys openServiceAccountKeys() {
        Path privateFile = folder.keyFile(SERVICE);
        Path publicFile = privateFile.resolveSibling(SERVICE + ".pub");
        Optional<String> publicPem = folder.read(publicFile);
        if (publicPem.isEmpty()) {
            folder.begin(publicFile);
            KeyPair keys = Keys.generate();
            folder.write(privateFile, Keys.pem(keys.getPrivate()));
            folder.write(publicFile, Keys.pem(keys.getPublic()));
            return new ServiceAccountKeys(keys.getPrivate(), List.of(keys.getPublic()));
        }
        String privatePem = folder.read(privateFile)
                .orElseThrow(() -> new PkiException(publicFile + " is there but " + privateFile
                        + " is not: restore it, or remove the former to invalidate all service account tokens"));
        List<PublicKey> keys = readable(publicFile, () -> Pem.blocks(Pem.PUBLIC_KEY, publicPem.get()).stream()
                .map(Keys::publicKey)
                .toList());
        ServiceAccountKeys found =
                new ServiceAccountKeys(readable(privateFile, () -> Keys.privateKey(privatePem)), keys);
        if (keys.isEmpty() || !Keys.match(found.signing(), keys.get(0))) {
            throw new PkiException(privateFile + " is not the key of the first block in " + publicFile);
        }
        return found;
    }

    public LeafLifetime lifetime() {
        return config.lifetime();
    }

    public CertificateAuthority serverCa() {
        return serverCa;
    }

    public CertificateAuthority clientCa() {
        return clientCa;
    }

    public CertificateAuthority requestHeaderCa() {
        return requestHeaderCa;
    }

    public CertificateAuthority etcdServerCa() {
        return etcdServerCa;
    }

    public CertificateAuthority etcdClientCa() {
        return etcdClientCa;
    }

    public ServiceAccountKeys serviceAccountKeys() {
        return serviceAccountKeys;
    }

    /** The API server's serving certificate. */
    public Identity apiServer() {
        return leaf(SERVING);
    }

    /** CN system:admin, O system:masters: the kubeconfig's. */
    public Identity admin() {
        return leaf(ADMIN);
    }

    /** What the API server shows to kubelets. */
    public Identity kubeletClient() {
        return leaf(KUBELET_CLIENT);
    }

    /** What the API server shows to aggregated API servers; signed by the request-header CA. */
    public Identity proxyClient() {
        return leaf(PROXY_CLIENT);
    }

    public Identity etcdServer() {
        return leaf("etcd/server");
    }

    /** For users of etcdctl. */
    public Identity etcdClient() {
        return leaf("etcd/client");
    }

    /** What join tokens pin: SHA-256 of the server CA's PEM exactly as /cacerts serves it, in hex. */
    public String serverCaHash() {
        return sha256Hex(serverCa.pem());
    }

    static String sha256Hex(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new PkiException("this Java has no SHA-256", e);
        }
    }

    private Identity leaf(String name) {
        Identity identity = leaves.get(name);
        if (identity == null) {
            throw new IllegalStateException("no leaf " + name);
        }
        return identity;
    }
}
