package io.minik.agent.ingress;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A back end on loopback that keeps each request's head as it came, and does what the test says with the connection. */
final class RawBackend implements AutoCloseable {
    /** What it does with one connection. */
    interface Life {
        void live(Talk talk) throws IOException;
    }

    private final ServerSocket server;
    final List<String> heads = new CopyOnWriteArrayList<>();
    final List<Socket> connections = new CopyOnWriteArrayList<>();

    RawBackend(Life life) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    connections.add(socket);
                    Thread handler = new Thread(() -> serve(life, socket));
                    handler.setDaemon(true);
                    handler.start();
                } catch (IOException e) {
                    return;
                }
            }
        });
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /** Says to each request which it is on this connection, and keeps the connection. */
    static RawBackend answering() throws IOException {
        return new RawBackend(talk -> {
            while (true) {
                talk.head();
                talk.answer("ok");
            }
        });
    }

    private void serve(Life life, Socket socket) {
        try (socket) {
            life.live(new Talk(socket));
        } catch (IOException e) {
            // The end of the connection.
        }
    }

    final class Talk {
        final Socket socket;
        final InputStream in;

        Talk(Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
        }

        String head() throws IOException {
            StringBuilder text = new StringBuilder();
            while (text.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new IOException("closed");
                }
                text.append((char) next);
            }
            heads.add(text.toString());
            return text.toString();
        }

        /** Kept beside the heads. */
        void heard(String text) {
            heads.add(text);
        }

        void say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        }

        void answer(String body) throws IOException {
            say("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }
    }

    BackendEndpoint endpoint() {
        return new BackendEndpoint("127.0.0.1", server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : connections) {
            socket.close();
        }
    }
}
