package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyTest {
    private static final int PATIENCE_MILLIS = 60_000;

    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
        api.create(
                Resources.PODS,
                "default",
                "{'metadata':{'name':'web'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
        api.merge(Resources.PODS, ObjectKey.of("default", "web"), "status", "{'status':{'podIP':'127.0.0.1'}}");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private Socket connect() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), api.server().port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static ServerSocket listen() throws IOException {
        ServerSocket pod = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        pod.setSoTimeout(PATIENCE_MILLIS);
        return pod;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads until what was read ends so. */
    private static String readTo(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (text.indexOf(end) < 0 || !text.toString().endsWith(end)) {
            int next = in.read();
            if (next < 0) {
                throw new AssertionError("ended after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    private static String path(ServerSocket pod, String rest) {
        return "/api/v1/namespaces/default/pods/web:" + pod.getLocalPort() + "/proxy" + rest;
    }

    @Test
    void aRequestIsCarriedToThePodWithoutTheCallersCredentials() throws IOException {
        try (ServerSocket pod = listen();
                Socket client = connect()) {
            write(
                    client,
                    "POST " + path(pod, "/a/b?c=d") + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n"
                            + "X-Mine: yes\r\nContent-Length: 4\r\n\r\nbody");
            try (Socket server = pod.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                String asked = readTo(server, "body");
                assertThat(asked).startsWith("POST /a/b?c=d HTTP/1.1\r\n").containsIgnoringCase("x-mine: yes");
                assertThat(asked).doesNotContain("secret");
                write(server, "HTTP/1.1 202 Accepted\r\nX-Pod: yes\r\nContent-Length: 2\r\n\r\nok");
                assertThat(readTo(client, "\r\n\r\nok"))
                        .startsWith("HTTP/1.1 202")
                        .contains("X-Pod: yes");
            }
        }
    }

    @Test
    void anUpgradedConnectionIsAPipeBothWays() throws IOException {
        try (ServerSocket pod = listen();
                Socket client = connect()) {
            write(
                    client,
                    "GET " + path(pod, "/") + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n");
            try (Socket server = pod.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                assertThat(readTo(server, "\r\n\r\n")).containsIgnoringCase("upgrade: shout");
                write(server, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: shout\r\nConnection: Upgrade\r\n\r\nfirst");
                assertThat(readTo(client, "first")).startsWith("HTTP/1.1 101");
                write(client, "there");
                assertThat(readTo(server, "there")).isEqualTo("there");
                write(server, "back");
                assertThat(readTo(client, "back")).isEqualTo("back");
            }
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aRefusedUpgradeIsPassedOn() throws IOException {
        try (ServerSocket pod = listen();
                Socket client = connect()) {
            write(
                    client,
                    "GET " + path(pod, "/") + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n");
            try (Socket server = pod.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                readTo(server, "\r\n\r\n");
                write(server, "HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\nno! ");
                assertThat(readTo(client, "no! ")).startsWith("HTTP/1.1 400");
            }
        }
    }

    @Test
    void oneContainerNeedsNoNameAndSeveralDo() {
        KubeObject one = KubeObject.of(TestApi.tree("{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a'}]}}"));
        KubeObject two = KubeObject.of(TestApi.tree("{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a'},"
                + "{'name':'b'}],'initContainers':[{'name':'i'}]}}"));
        assertThat(KubeletProxy.container(one, "")).isEqualTo("a");
        assertThat(KubeletProxy.container(two, "i")).isEqualTo("i");
        assertThatThrownBy(() -> KubeletProxy.container(two, ""))
                .hasMessage("a container name must be specified for pod p, choose one of: [a b] or one of the init"
                        + " containers: [i]");
        assertThatThrownBy(() -> KubeletProxy.container(one, "x")).hasMessage("container x is not valid for pod p");
    }
}
