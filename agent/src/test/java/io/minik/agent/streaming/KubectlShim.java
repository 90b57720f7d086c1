package io.minik.agent.streaming;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Just enough of an API server for kubectl's exec, logs and port-forward: pods by GET, the rest spliced to the kubelet. */
final class KubectlShim {
    private static final Pattern SUBRESOURCE =
            Pattern.compile("/api/v1/namespaces/([^/]+)/pods/([^/?]+)/(exec|attach|log|portforward)(\\?.*)?");
    private static final Pattern POD = Pattern.compile("/api/v1/namespaces/([^/]+)/pods/([^/?]+)(\\?.*)?");
    private static final Pattern CONTAINER = Pattern.compile("[?&]container=([^&]+)");

    private final RealNode node;
    private final NetServer server;
    private final NetClient kubelet;

    KubectlShim(RealNode node) {
        this.node = node;
        Certificates keys = node.certificates;
        this.kubelet = node.vertx.createNetClient(new NetClientOptions()
                .setSsl(true)
                .setHostnameVerificationAlgorithm("")
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(keys.clientCert()))
                        .addKeyValue(Buffer.buffer(keys.clientKey())))
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(keys.ca()))));
        this.server = RealNode.await(
                node.vertx.createNetServer().connectHandler(this::accept).listen(0, "127.0.0.1"));
    }

    int port() {
        return server.actualPort();
    }

    private void accept(NetSocket client) {
        Buffer head = Buffer.buffer();
        client.handler(data -> {
            head.appendBuffer(data);
            String text = head.toString(StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end > 0) {
                client.pause();
                String first = text.substring(0, text.indexOf("\r\n"));
                route(
                        client,
                        first.split(" "),
                        text.substring(text.indexOf("\r\n"), end),
                        head.slice(end + 4, head.length()));
            }
        });
    }

    private void route(NetSocket client, String[] request, String headers, Buffer rest) {
        Matcher sub = SUBRESOURCE.matcher(request[1]);
        Matcher pod = POD.matcher(request[1]);
        if (sub.matches()) {
            splice(client, request[0], kubeletPath(sub), headers, rest);
        } else if (pod.matches()) {
            Optional<KubeObject> found = node.api.find(Resources.PODS, ObjectKey.of(pod.group(1), pod.group(2)));
            answer(
                    client,
                    found.isPresent() ? 200 : 404,
                    found.map(o -> o.tree().toString()).orElse("{}"));
        } else if (request[1].startsWith("/api/v1")) {
            answer(
                    client,
                    200,
                    "{\"kind\":\"APIResourceList\",\"apiVersion\":\"v1\",\"groupVersion\":\"v1\",\"resources\":["
                            + "{\"name\":\"pods\",\"singularName\":\"pod\",\"namespaced\":true,\"kind\":\"Pod\",\"verbs\":[\"get\",\"list\"],"
                            + "\"shortNames\":[\"po\"]}]}");
        } else if (request[1].startsWith("/apis")) {
            answer(client, 200, "{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[]}");
        } else if (request[1].startsWith("/api")) {
            answer(client, 200, "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}");
        } else {
            answer(client, 404, "{}");
        }
    }

    private String kubeletPath(Matcher sub) {
        String query = sub.group(4) == null ? "" : sub.group(4);
        Matcher named = CONTAINER.matcher(query);
        String container = named.find()
                ? named.group(1)
                : node.pod(sub.group(2)).spec().containers().get(0).name();
        String where = sub.group(1) + "/" + sub.group(2);
        return switch (sub.group(3)) {
            case "log" -> "/containerLogs/" + where + "/" + container + query;
            case "portforward" -> "/portForward/" + where + query;
            default -> "/" + sub.group(3) + "/" + where + "/" + container + query;
        };
    }

    private void splice(NetSocket client, String method, String path, String headers, Buffer rest) {
        kubelet.connect(node.server.port(), "127.0.0.1").onComplete(result -> {
            if (result.failed()) {
                answer(client, 502, "{}");
                return;
            }
            NetSocket target = result.result();
            target.write(Buffer.buffer(method + " " + path + " HTTP/1.1" + headers + "\r\n\r\n")
                    .appendBuffer(rest));
            client.handler(null);
            client.pipeTo(target);
            target.pipeTo(client);
        });
    }

    private static void answer(NetSocket client, int code, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        client.write(Buffer.buffer("HTTP/1.1 " + code
                                + " x\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                                + body.length + "\r\n\r\n")
                        .appendBytes(body))
                .onComplete(ignored -> client.close());
    }
}
