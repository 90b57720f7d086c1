package io.minik.store.etcdapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.store.Await;
import io.minik.store.LocalStore;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Driven as a user of etcd would: with etcdctl. */
class EtcdctlTest {
    private static final long SECONDS = 30;

    private final Vertx vertx = Vertx.vertx();
    private LocalStore store;
    private EtcdApi api;
    private String endpoint;

    private record Ran(int exit, String output) {}

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(isInstalled(), "etcdctl is not installed");
        store = new MemoryStore(vertx);
        HttpServerOptions transport =
                new HttpServerOptions().setHost("127.0.0.1").setPort(0);
        api = new EtcdApi(
                vertx,
                store,
                transport,
                Member.named("edge", List.of("http://127.0.0.1:2379")),
                SnapshotFiles.in(Path.of("target")));
        endpoint = "127.0.0.1:" + Await.get(api.start());
    }

    private static boolean isInstalled() throws InterruptedException {
        try {
            return new ProcessBuilder("etcdctl", "version").start().waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    @AfterEach
    void stop() {
        if (store != null) {
            Await.get(api.stop());
            Await.get(store.close());
        }
        Await.get(vertx.close());
    }

    private ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints", endpoint));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        return builder;
    }

    private Ran run(String input, String... arguments) throws Exception {
        Process process = command(arguments).start();
        try (var in = process.outputWriter()) {
            in.write(input);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), output);
    }

    private String ctl(String... arguments) throws Exception {
        Ran ran = run("", arguments);
        assertThat(ran.exit()).as(ran.output()).isZero();
        return ran.output();
    }

    @Test
    void putGetAndDeleteWork() throws Exception {
        assertThat(ctl("put", "a", "1")).isEqualTo("OK\n");
        assertThat(ctl("put", "--prev-kv", "a", "2")).isEqualTo("OK\na\n1\n");
        assertThat(ctl("get", "a")).isEqualTo("a\n2\n");
        ctl("put", "b", "1");
        ctl("put", "c", "0");
        assertThat(ctl("get", "--prefix", "", "--keys-only")).isEqualTo("a\n\nb\n\nc\n\n");
        assertThat(ctl("get", "a", "c")).isEqualTo("a\n2\nb\n1\n");
        assertThat(ctl("get", "--from-key", "b", "--print-value-only")).isEqualTo("1\n0\n");
        assertThat(ctl("get", "--prefix", "", "--sort-by", "VALUE", "--order", "DESCEND", "--limit", "2"))
                .isEqualTo("a\n2\nb\n1\n");
        assertThat(ctl("get", "a", "--rev", "2")).isEqualTo("a\n1\n");
        assertThat(ctl("get", "--prefix", "", "-w", "json")).contains("\"count\":3", "\"revision\":5");
        assertThat(ctl("del", "--prefix", "--prev-kv", "b")).isEqualTo("1\nb\n1\n");
        assertThat(ctl("del", "gone")).isEqualTo("0\n");
    }

    @Test
    void errorsHaveEtcdsWords() throws Exception {
        ctl("put", "a", "1");
        ctl("put", "a", "2");
        assertThat(ctl("compact", "3")).isEqualTo("compacted revision 3\n");
        assertThat(run("", "get", "a", "--rev", "2").output())
                .contains("etcdserver: mvcc: required revision has been compacted");
        assertThat(run("", "get", "a", "--rev", "99").output())
                .contains("etcdserver: mvcc: required revision is a future revision");
        assertThat(run("", "put", "a", "1", "--lease", "123").output())
                .contains("etcdserver: requested lease not found");
        assertThat(run("", "put", "absent", "--ignore-value").output()).contains("etcdserver: key not found");
        assertThat(run("", "user", "list").output()).contains("minik does not have etcdserverpb.Auth/UserList");
    }

    @Test
    void aTxnTakesTheBranchThatItsCompareChooses() throws Exception {
        ctl("put", "a", "1");
        String txn = "value(\"a\") = \"1\"\n\nput a 2\nget a\n\nput a 3\n\n";
        assertThat(run(txn, "txn").output()).isEqualTo("SUCCESS\n\nOK\n\na\n2\n");
        assertThat(run(txn, "txn").output()).isEqualTo("FAILURE\n\nOK\n");
        assertThat(run("\nput a 1\nput a 2\n\n\n", "txn").output())
                .contains("etcdserver: duplicate key given in txn request");
    }

    @Test
    void leasesAreGrantedShownRenewedAndRevoked() throws Exception {
        assertThat(ctl("lease", "grant", "100")).contains("granted with TTL(100s)");
        String id = ctl("lease", "list").lines().skip(1).findFirst().orElseThrow();
        ctl("put", "k", "v", "--lease", id);
        assertThat(ctl("lease", "timetolive", id, "--keys")).contains("granted with TTL(100s)", "attached keys([k])");
        assertThat(ctl("lease", "keep-alive", "--once", id)).contains("keepalived with TTL(100)");
        assertThat(ctl("lease", "revoke", id)).contains("revoked");
        assertThat(ctl("get", "k")).isEmpty();
        assertThat(ctl("lease", "timetolive", id)).contains("already expired");
    }

    @Test
    void theMemberTellsOfItself() throws Exception {
        assertThat(ctl("endpoint", "health")).contains("is healthy");
        assertThat(ctl("endpoint", "status")).contains(EtcdApi.ETCD_VERSION).contains("true");
        assertThat(ctl("member", "list")).contains("started, edge,").contains("http://127.0.0.1:2379");
        assertThat(ctl("alarm", "list")).isEmpty();
        assertThat(ctl("defrag")).contains("Finished defragmenting");
        assertThat(ctl("endpoint", "hashkv")).contains(endpoint);
    }

    @Test
    void aWatchShowsPastAndNewEvents() throws Exception {
        ctl("put", "k1", "old");
        Process watch =
                command("watch", "--prefix", "k", "--rev", "2", "--prev-kv").start();
        try (BufferedReader lines = watch.inputReader()) {
            assertThat(next(lines, 3)).containsExactly("PUT", "k1", "old");
            ctl("put", "k1", "new");
            assertThat(next(lines, 5)).containsExactly("PUT", "k1", "old", "k1", "new");
            ctl("del", "k1");
            assertThat(next(lines, 4)).containsExactly("DELETE", "k1", "new", "k1");
        } finally {
            watch.destroy();
            watch.waitFor();
        }
    }

    @Test
    void oneStreamCarriesManyWatchesAndTellsProgressToEach() throws Exception {
        Process watch = command("watch", "-i").start();
        try (BufferedReader lines = watch.inputReader();
                var in = watch.outputWriter()) {
            in.write("watch a\nwatch b\nprogress\n");
            in.flush();
            assertThat(next(lines, 2)).containsOnly("progress notify: 1");
            ctl("put", "b", "1");
            assertThat(next(lines, 3)).containsExactly("PUT", "b", "1");
            ctl("put", "a", "1");
            assertThat(next(lines, 3)).containsExactly("PUT", "a", "1");
        } finally {
            watch.destroy();
            watch.waitFor();
        }
    }

    @Test
    void aWatchOfWhatIsCompactedIsCancelled() throws Exception {
        ctl("put", "k", "1");
        ctl("put", "k", "2");
        ctl("compact", "3");
        assertThat(run("", "watch", "k", "--rev", "2").output())
                .contains("etcdserver: mvcc: required revision has been compacted");
    }

    @Test
    void overTlsOnlyClientsWithACertificateAreServed(@TempDir Path directory) throws Exception {
        openssl(
                directory,
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt"
                        + " -subj /CN=ca -days 2");
        for (String name : List.of("server", "client")) {
            openssl(
                    directory,
                    "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name + ".key -out " + name
                            + ".csr -subj /CN=" + name);
            Files.writeString(directory.resolve("san"), "subjectAltName=IP:127.0.0.1");
            openssl(
                    directory,
                    "x509 -req -in " + name + ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2"
                            + " -extfile san -out " + name + ".crt");
        }
        HttpServerOptions transport = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setSsl(true)
                .setClientAuth(ClientAuth.REQUIRED)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setKeyPath(directory.resolve("server.key").toString())
                        .setCertPath(directory.resolve("server.crt").toString()))
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(directory.resolve("ca.crt").toString()));
        EtcdApi secure = new EtcdApi(
                vertx, store, transport, Member.named("edge", List.of()), SnapshotFiles.in(Path.of("target")));
        endpoint = "https://127.0.0.1:" + Await.get(secure.start());
        String[] known = {
            "--cacert", directory.resolve("ca.crt").toString(),
            "--cert", directory.resolve("client.crt").toString(),
            "--key", directory.resolve("client.key").toString()
        };
        assertThat(ctl(with(known, "put", "a", "1"))).isEqualTo("OK\n");
        assertThat(ctl(with(known, "get", "a"))).isEqualTo("a\n1\n");
        String[] unknown = {"--cacert", directory.resolve("ca.crt").toString()};
        assertThat(run("", with(unknown, "--command-timeout", "2s", "get", "a")).exit())
                .isNotZero();
        Await.get(secure.stop());
    }

    private static String[] with(String[] first, String... then) {
        return Stream.concat(Stream.of(first), Stream.of(then)).toArray(String[]::new);
    }

    private static void openssl(Path directory, String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.log").toFile())
                .start();
        assertThat(process.waitFor()).as(arguments).isZero();
    }

    private static List<String> next(BufferedReader lines, int count) throws IOException {
        List<String> read = new ArrayList<>();
        while (read.size() < count) {
            read.add(lines.readLine());
        }
        return read;
    }
}
