package io.minik.inttest;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Clients that ask badly, all at once, until a file is gone. Arguments: host, port, a service account's token, a token that
 * may list ConfigMaps, that file. Prints a line a kind of client with what became of them.
 */
public final class RequestFlood {
    private static final int UNFINISHED = 40;
    private static final int UNFINISHED_BYTES = 2_900_000;
    private static final int HALF_SENT = 1_830;
    /** Threads that open them. */
    private static final int CROWD = 4;

    private static final int DEAF = 10;
    private static final int STRANGE = 12;
    /** What is to be seen is memory and loops, not how fast two cores do TLS: the clients share them. */
    private static final long RETRY_NANOS = 1_000_000_000L;

    private static final int STRANGE_KEYS = 290_000;
    private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    private final String host;
    private final int port;
    private final SSLContext tls;
    private final ConcurrentLinkedQueue<Socket> open = new ConcurrentLinkedQueue<>();

    private RequestFlood(String host, int port) throws GeneralSecurityException {
        this.host = host;
        this.port = port;
        tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {new Everybody()}, new SecureRandom());
    }

    public static void main(String[] arguments) throws Exception {
        RequestFlood flood = new RequestFlood(arguments[0], Integer.parseInt(arguments[1]));
        Path until = Path.of(arguments[4]);
        AtomicInteger refused = new AtomicInteger();
        String account = "Authorization: Bearer " + arguments[2] + "\r\n";
        for (int i = 0; i < UNFINISHED; i++) {
            flood.start(until, () -> flood.unfinished(account, refused));
        }
        for (int i = 0; i < DEAF; i++) {
            String reader = "Authorization: Bearer " + arguments[3] + "\r\n";
            flood.start(until, () -> flood.say("GET /api/v1/configmaps HTTP/1.1\r\nHost: x\r\n" + reader + "\r\n"));
        }
        AtomicInteger answered = new AtomicInteger();
        byte[] strange = strangeKeys();
        for (int i = 0; i < STRANGE; i++) {
            flood.start(until, () -> flood.whole(account, strange, answered));
        }
        AtomicInteger strangers = new AtomicInteger();
        for (int i = 0; i < CROWD; i++) {
            flood.start(until, () -> {
                while (strangers.get() < HALF_SENT && Files.exists(until)) {
                    flood.say("GET /api HTTP/1.1\r\nHost: x\r\nX-Half:");
                    strangers.incrementAndGet();
                }
            });
        }
        pause(until);
        System.out.printf(
                Locale.ROOT,
                "unfinished bodies refused: %d; strange bodies answered: %d; half-sent requests: %d%n",
                refused.get(),
                answered.get(),
                strangers.get());
        for (Socket socket : flood.open) {
            socket.close();
        }
    }

    private interface Deed {
        void run() throws IOException;
    }

    /** Again and again: a client that was cut off comes back. */
    private void start(Path until, Deed deed) {
        Thread thread = new Thread(() -> {
            while (Files.exists(until)) {
                try {
                    deed.run();
                    pause(until);
                } catch (IOException cutOff) {
                    LockSupport.parkNanos(RETRY_NANOS);
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** Holds what was sent until it is all over. */
    private static void pause(Path until) {
        while (Files.exists(until)) {
            LockSupport.parkNanos(200_000_000L);
        }
    }

    private SSLSocket say(String text) throws IOException {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(host, port);
        open.add(socket);
        socket.setSoTimeout(60_000);
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        return socket;
    }

    private static String post(String account, int length) {
        return "POST " + REVIEWS + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + length
                + "\r\n" + account + "\r\n";
    }

    private void unfinished(String account, AtomicInteger refused) throws IOException {
        SSLSocket socket = say(post(account, UNFINISHED_BYTES + 1));
        byte[] spaces = " ".repeat(UNFINISHED_BYTES / 100).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 100; i++) {
            socket.getOutputStream().write(spaces);
        }
        socket.getOutputStream().flush();
        byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 429".length());
        if (new String(head, StandardCharsets.UTF_8).endsWith("429")) {
            if (refused.incrementAndGet() == 1) {
                System.out.println("an unfinished body was refused");
            }
        }
        socket.close();
        throw new SocketException("answered");
    }

    private void whole(String account, byte[] body, AtomicInteger answered) throws IOException {
        try (SSLSocket socket = say(post(account, body.length))) {
            socket.getOutputStream().write(body);
            socket.getOutputStream().flush();
            if (socket.getInputStream().read() == 'H') {
                answered.incrementAndGet();
            }
        }
        throw new SocketException("answered");
    }

    private static byte[] strangeKeys() {
        StringBuilder body = new StringBuilder("{");
        for (int i = 0; i < STRANGE_KEYS; i++) {
            body.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(Integer.toString(i, 36))
                    .append("\":0");
        }
        return body.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Which server it is does not matter here. */
    private static final class Everybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
