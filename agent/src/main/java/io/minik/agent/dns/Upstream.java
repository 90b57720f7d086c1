package io.minik.agent.dns;

import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks the node's servers what is not ours, byte for byte: only the id changes. Several sockets of random ports and random
 * ids make a forged answer a lottery. All on the loop.
 */
final class Upstream {
    /** A server that does not answer by then: the next. Resolvers of pods give up after 5 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** Open questions at once; beyond that the node's servers are down and more questions would only pile up. */
    private static final int MAX_WAITING = 2048;

    /** So long a server that did not answer is asked after the others. */
    private static final Duration DISTRUST = Duration.ofSeconds(10);
    /** Servers that did not answer lately; more are not remembered. */
    private static final int MAX_DISTRUSTED = 256;

    private static final int SOCKETS = 4;
    private static final int TCP_TIMEOUT_MILLIS = 4000;

    private final Vertx vertx;
    private final Loop loop;
    private final ResolvConf servers;
    private final int port;
    private final SecureRandom random = new SecureRandom();
    private final List<DatagramSocket> sockets = new ArrayList<>();
    private final Map<Integer, Waiting> waiting = new HashMap<>();
    private final Map<NameServer, Instant> silentSince = new HashMap<>();
    private final NetClient tcp;

    /** One question on its way. */
    private static final class Waiting {
        final byte[] query;
        final NameServer server;
        final Promise<byte[]> answer = Promise.promise();
        Loop.Timer timer = () -> {};

        Waiting(byte[] query, NameServer server) {
            this.query = query;
            this.server = server;
        }
    }

    Upstream(Vertx vertx, Loop loop, ResolvConf servers) {
        this(vertx, loop, servers, NameServer.DNS_PORT);
    }

    /** @param port of the node's own servers; other than 53 in tests */
    Upstream(Vertx vertx, Loop loop, ResolvConf servers, int port) {
        this.vertx = vertx;
        this.loop = loop;
        this.servers = servers;
        this.port = port;
        this.tcp = vertx.createNetClient(new NetClientOptions().setConnectTimeout(TCP_TIMEOUT_MILLIS));
    }

    /** Opens the sockets; call it on the loop. */
    Future<Void> open() {
        List<Future<DatagramSocket>> opening = new ArrayList<>();
        for (int i = 0; i < SOCKETS; i++) {
            int number = i;
            DatagramSocket socket = vertx.createDatagramSocket(new DatagramSocketOptions());
            socket.handler(packet -> received(number, packet));
            sockets.add(socket);
            opening.add(socket.listen(0, "0.0.0.0"));
        }
        return Future.all(opening).mapEmpty();
    }

    Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        sockets.forEach(socket -> closing.add(socket.close()));
        closing.add(tcp.close());
        List.copyOf(waiting.values()).forEach(open -> open.answer.tryFail("dns stops"));
        return Future.join(closing).mapEmpty();
    }

    /**
     * The first answer of the servers, in their order; those that were silent lately come last.
     *
     * @param nodes whether the node's own servers are asked after these
     */
    Future<byte[]> ask(List<NameServer> first, boolean nodes, byte[] query, boolean overTcp) {
        Future<List<String>> own = nodes ? servers.servers() : Future.succeededFuture(List.of());
        return own.compose(list -> {
            List<NameServer> all = new ArrayList<>(first);
            list.forEach(host -> all.add(new NameServer(host, port)));
            all.sort(Comparator.comparing(this::silent));
            return askFrom(all, 0, query, overTcp);
        });
    }

    private boolean silent(NameServer server) {
        Instant since = silentSince.get(server);
        return since != null && loop.now().isBefore(since.plus(DISTRUST));
    }

    private Future<byte[]> askFrom(List<NameServer> list, int index, byte[] query, boolean overTcp) {
        if (index >= list.size()) {
            return Future.failedFuture(new IOException("no DNS server answers"));
        }
        NameServer server = list.get(index);
        Future<byte[]> answer = overTcp ? askByTcp(server, query) : askByUdp(server, query);
        return answer.onSuccess(bytes -> silentSince.remove(server)).recover(why -> {
            if (silentSince.size() >= MAX_DISTRUSTED) {
                silentSince.clear();
            }
            silentSince.put(server, loop.now());
            return askFrom(list, index + 1, query, overTcp);
        });
    }

    private Future<byte[]> askByUdp(NameServer server, byte[] query) {
        if (waiting.size() >= MAX_WAITING) {
            return Future.failedFuture(new IOException("too many questions wait for upstream"));
        }
        int socket = random.nextInt(SOCKETS);
        int id = random.nextInt(1 << 16);
        Integer key = key(socket, id);
        while (waiting.containsKey(key)) {
            id = random.nextInt(1 << 16);
            key = key(socket, id);
        }
        Integer mine = key;
        Waiting open = new Waiting(query, server);
        waiting.put(mine, open);
        open.timer = loop.after(PATIENCE, () -> fail(mine, new IOException(server.host() + " does not answer")));
        sockets.get(socket)
                .send(Buffer.buffer(withId(query, id)), server.port(), server.host())
                .onFailure(why -> loop.run(() -> fail(mine, why)));
        return open.answer.future();
    }

    private void fail(Integer key, Throwable why) {
        Waiting open = waiting.remove(key);
        if (open != null) {
            open.timer.cancel();
            open.answer.tryFail(why);
        }
    }

    private void received(int socket, DatagramPacket packet) {
        byte[] message = packet.data().getBytes();
        if (message.length < DnsMessages.HEADER_BYTES) {
            return;
        }
        Integer key = key(socket, idOf(message));
        Waiting open = waiting.get(key);
        boolean expected = open != null
                && packet.sender().host().equals(open.server.host())
                && packet.sender().port() == open.server.port()
                && sameQuestion(open.query, message);
        if (open != null && expected) {
            waiting.remove(key);
            open.timer.cancel();
            open.answer.tryComplete(withIdOf(message, open.query));
        }
    }

    private Future<byte[]> askByTcp(NameServer server, byte[] query) {
        Promise<byte[]> answer = Promise.promise();
        tcp.connect(server.port(), server.host())
                .onSuccess(socket -> exchange(socket, query, answer))
                .onFailure(answer::tryFail);
        return answer.future();
    }

    private void exchange(NetSocket socket, byte[] query, Promise<byte[]> answer) {
        Loop.Timer timer = loop.after(Duration.ofMillis(TCP_TIMEOUT_MILLIS), () -> {
            answer.tryFail(new IOException("upstream does not answer by TCP"));
            socket.close().onFailure(answer::tryFail);
        });
        Framing framing = new Framing(message -> {
            timer.cancel();
            // What answers another question must not be kept as the answer to this one.
            if (message.length >= DnsMessages.HEADER_BYTES && sameQuestion(query, message)) {
                answer.tryComplete(withIdOf(message, query));
            } else {
                answer.tryFail(new IOException("upstream answers another question"));
            }
            socket.close().onFailure(answer::tryFail);
        });
        socket.handler(framing::received);
        socket.exceptionHandler(answer::tryFail);
        socket.closeHandler(closed -> {
            timer.cancel();
            answer.tryFail(new IOException("upstream hung up"));
        });
        socket.write(Framing.framed(query)).onFailure(answer::tryFail);
    }

    private static Integer key(int socket, int id) {
        return (socket << 16) | id;
    }

    private static byte[] withId(byte[] message, int id) {
        byte[] copy = message.clone();
        copy[0] = (byte) (id >>> 8);
        copy[1] = (byte) id;
        return copy;
    }

    private static int idOf(byte[] message) {
        return ((message[0] & 0xff) << 8) | (message[1] & 0xff);
    }

    private static byte[] withIdOf(byte[] message, byte[] query) {
        return withId(message, idOf(query));
    }

    /** The letters' case comes back as sent, so bytes are compared. */
    private static boolean sameQuestion(byte[] query, byte[] answer) {
        int end = DnsMessages.questionEnd(query);
        return answer.length >= end
                && Arrays.equals(query, DnsMessages.HEADER_BYTES, end, answer, DnsMessages.HEADER_BYTES, end);
    }
}
