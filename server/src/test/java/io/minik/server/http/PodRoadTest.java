package io.minik.server.http;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Leaf;
import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.CertificateAuthority.Validity;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.TlsIdentity;
import io.minik.server.webhook.Places.Place;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.io.File;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server whose host has no way to pods, and a kubelet that says everything back. */
class PodRoadTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final TestApi api = new TestApi();
    private final CertificateAuthority authority =
            CertificateAuthority.create("nodes", Validity.of(Instant.now().minus(DAY), Instant.now(), DAY));
    private final TlsIdentity identity = identity();
    private final PemTrustOptions trust = new PemTrustOptions().addCertValue(Buffer.buffer(authority.pem()));
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final HttpServer kubelet = api.vertx()
            .createHttpServer(new HttpServerOptions()
                    .setSsl(true)
                    .setKeyCertOptions(KeyCertOptions.wrap(identity))
                    .setTrustOptions(trust)
                    .setClientAuth(ClientAuth.REQUIRED))
            .requestHandler(this::echo);
    /** Vert.x ends a client that nobody refers to any more, with its connections. */
    private final NetClient client = api.vertx().createNetClient();

    private final PodRoad road = new PodRoad(
            api.vertx(),
            new ProxyPlaces(api.server().registry(), new Random(1)),
            new ApiServerConfig.KubeletTls(KeyCertOptions.wrap(identity), trust, true));

    @AfterEach
    void stop() {
        await(client.close());
        await(road.close());
        await(kubelet.close());
        api.close();
    }

    private TlsIdentity identity() {
        KeyPair keys = Keys.generate();
        String leaf = Pem.encode(authority.sign(new Leaf(
                Subject.of("node"),
                AltNames.of(List.of("127.0.0.1")),
                keys.getPublic(),
                List.of(Purpose.SERVER, Purpose.CLIENT),
                Validity.of(Instant.now().minusSeconds(60), Instant.now(), DAY))));
        return TlsIdentity.of(
                leaf, Pem.encode(Pem.PRIVATE_KEY, keys.getPrivate().getEncoded()));
    }

    private void echo(HttpServerRequest request) {
        asked.add(request.path() + " " + request.getHeader("Upgrade"));
        request.response().putHeader("Connection", "Upgrade").putHeader("Upgrade", "minik-pipe");
        request.toNetSocket().onSuccess(socket -> socket.handler(socket::write));
    }

    private void node() {
        int port = await(kubelet.listen(0, "127.0.0.1")).actualPort();
        api.create(Resources.NODES, "", "{'metadata':{'name':'n'}}");
        api.merge(
                Resources.NODES,
                ObjectKey.cluster("n"),
                "status",
                "{'status':{'addresses':[{'type':'InternalIP','address':'127.0.0.1'}],"
                        + "'daemonEndpoints':{'kubeletEndpoint':{'Port':" + port + "}}}}");
        // The road looks into memory, which may be behind a store that is far away.
        ObjectKey node = ObjectKey.cluster("n");
        api.merge(Resources.NODES, node, "", "{'metadata':{'labels':{'seen':'yes'}}}");
        api.awaitValue(Resources.NODES, node, "yes", "metadata", "labels", "seen");
    }

    @Test
    void aPodIsReachedThroughItsNodesKubelet() {
        node();
        Place place = new Place("10.42.0.9", 8443, "n", ObjectKey.of("shop", "web"));
        SocketAddress address = await(road.to(place));
        assertThat(address.isDomainSocket()).isTrue();
        assertThat(await(road.to(place))).as("one bridge a place").isEqualTo(address);
        Promise<String> back = Promise.promise();
        await(client.connect(address).compose(socket -> {
            socket.handler(bytes -> back.tryComplete(bytes.toString()));
            return socket.write("hello");
        }));
        assertThat(await(back.future())).isEqualTo("hello");
        assertThat(asked).containsExactly("/pipe/shop/web/8443 minik-pipe");
        File folder = new File(address.path()).getParentFile();
        await(road.close());
        assertThat(folder).doesNotExist();
    }

    @Test
    void whatASliceNamesStaysAStepOfThePath() {
        node();
        String name = "web/80?x=\r\nX-Y: z\r\n\r\nGET /exec/shop/db/db?command=id";
        SocketAddress address = await(road.to(new Place("10.42.0.9", 8443, "n", ObjectKey.of("../shop", name))));
        Promise<String> back = Promise.promise();
        await(api.vertx().createNetClient().connect(address).compose(socket -> {
            socket.handler(bytes -> back.tryComplete(bytes.toString()));
            return socket.write("hello");
        }));
        await(back.future());
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0))
                .startsWith("/pipe/..%2Fshop/web%2F80%3Fx%3D%0D%0AX-Y")
                .endsWith("/8443 minik-pipe");
    }

    @Test
    void whoseNodeIsNotThereIsHungUpOn() {
        SocketAddress address = await(road.to(new Place("10.42.0.9", 8443, "nowhere", ObjectKey.of("shop", "web"))));
        Promise<Void> closed = Promise.promise();
        await(client.connect(address).map(socket -> {
            socket.closeHandler(unused -> closed.tryComplete());
            return socket;
        }));
        await(closed.future());
    }

    @Test
    void whatIsNoPodIsReachedAsEver() {
        SocketAddress address = await(road.to(new Place("192.0.2.7", 443, "", ObjectKey.cluster(""))));
        assertThat(address.isInetSocket()).isTrue();
        assertThat(address.host()).isEqualTo("192.0.2.7");
        assertThat(address.port()).isEqualTo(443);
    }
}
