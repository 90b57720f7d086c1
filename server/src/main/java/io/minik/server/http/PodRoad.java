package io.minik.server.http;

import io.minik.server.webhook.Places.Place;
import io.minik.server.webhook.WebhookClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * To pods, for a server whose host is on no network of theirs: what is connected to a socket file of its own, which only this user may
 * open, is carried on through the kubelet of the pod's node. What is no pod is reached as ever. Any thread.
 *
 * <pre>
 *   client -- DIR/N --&gt; [bridge] -- TLS, Upgrade: minik-pipe --&gt; kubelet -- pod's network --&gt; port
 * </pre>
 */
final class PodRoad implements WebhookClient.Road {
    /** Places with a bridge; the one that was made first goes for the next. */
    private static final int MOST_BRIDGES = 64;

    private static final String PIPE = "minik-pipe";
    private static final int SWITCHING_PROTOCOLS = 101;

    private final Vertx vertx;
    private final ProxyPlaces places;
    private final HttpClientAgent kubelets;
    private final Future<String> folder;
    // Guarded by this.
    private final Map<Place, Bridge> bridges = new LinkedHashMap<>();
    private int made;

    private record Bridge(NetServer server, Future<SocketAddress> at) {}

    PodRoad(Vertx vertx, ProxyPlaces places, ApiServerConfig.KubeletTls tls) {
        this.vertx = vertx;
        this.places = places;
        this.kubelets = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setSsl(true)
                .setVerifyHost(true)
                .setKeyCertOptions(tls.identity())
                .setTrustOptions(tls.trust()));
        this.folder = vertx.fileSystem().createTempDirectory("minik-pods", "rwx------");
    }

    @Override
    public synchronized Future<SocketAddress> to(Place place) {
        if (place.node().isEmpty() || place.pod().name().isEmpty()) {
            return WebhookClient.Road.DIRECT.to(place);
        }
        Bridge known = bridges.get(place);
        if (known != null && !known.at().failed()) {
            return known.at();
        }
        if (bridges.size() >= MOST_BRIDGES) {
            Iterator<Bridge> oldest = bridges.values().iterator();
            end(oldest.next());
            oldest.remove();
        }
        int number = ++made;
        NetServer server = vertx.createNetServer().connectHandler(near -> carry(place, near));
        Future<SocketAddress> at = folder.compose(found -> {
            SocketAddress address = SocketAddress.domainSocketAddress(found + "/" + number);
            return server.listen(address).map(address);
        });
        bridges.put(place, new Bridge(server, at));
        return at;
    }

    private static void end(Bridge bridge) {
        bridge.server().close().onFailure(ProxyPipe::quietly);
    }

    private void carry(Place place, NetSocket near) {
        near.pause();
        open(place)
                .onSuccess(far -> {
                    near.pipeTo(far).onFailure(ProxyPipe::quietly);
                    far.pipeTo(near).onFailure(ProxyPipe::quietly);
                })
                .onFailure(error -> {
                    ProxyPipe.quietly(error);
                    near.close().onFailure(ProxyPipe::quietly);
                });
    }

    private Future<NetSocket> open(Place place) {
        ProxyPipe.Place kubelet;
        try {
            kubelet = places.kubelet(place.node());
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(kubelet.host())
                .setPort(kubelet.port())
                // Whoever writes slices writes what is named there: in the kubelet's eyes it must stay one step of a
                // path.
                .setURI("/pipe/" + KubeletProxy.escape(place.pod().namespace()) + "/"
                        + KubeletProxy.escape(place.pod().name()) + "/" + place.port());
        return kubelets.request(options)
                .compose(request -> {
                    request.exceptionHandler(ProxyPipe::quietly);
                    request.putHeader("Connection", "Upgrade").putHeader("Upgrade", PIPE);
                    return request.connect();
                })
                .compose(response -> {
                    if (response.statusCode() != SWITCHING_PROTOCOLS) {
                        return Future.failedFuture("the kubelet answers " + response.statusCode());
                    }
                    NetSocket far = response.netSocket();
                    far.pause();
                    return Future.succeededFuture(far);
                });
    }

    /** Ends what is open. */
    synchronized Future<Void> close() {
        List<Future<Void>> ended =
                bridges.values().stream().map(bridge -> bridge.server().close()).toList();
        bridges.clear();
        return Future.join(ended)
                .eventually(kubelets::close)
                .eventually(() -> folder.compose(found -> vertx.fileSystem().deleteRecursive(found)))
                .mapEmpty();
    }
}
