package io.minik.runtime.sandbox;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cri.Connection;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.FdReadStream;
import io.minik.runtime.sys.FdWriteStream;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Poller;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Player;
import io.vertx.core.Context;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Opens TCP connections inside pods: the socket is born in the pod's namespace and used from here. To the pod's loopback, in
 * IPv4 first; a server that listens in IPv6 alone is found too, as in containerd.
 */
final class PodDialer {
    private static final int SOCK_STREAM = 1;
    private static final int SOCKADDR_IN_BYTES = 16;
    private static final int SOCKADDR_IN6_BYTES = 28;
    private static final int LOOPBACK = 0x7f000001;
    /** Where the address is in a sockaddr_in6, and the last byte of ::1. */
    private static final int IN6_LAST_BYTE = 8 + 15;

    private static final int SHUT_WR = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final short POLLOUT = 4;
    /** A pod's loopback answers at once; a full accept queue may retry a SYN for some seconds. */
    private static final long CONNECT_TIMEOUT_SECONDS = 10;

    private final Kernel kernel;
    private final Poller poller;
    private final Player player;

    PodDialer(Kernel kernel, Poller poller, Player player) {
        this.kernel = kernel;
        this.poller = poller;
        this.player = player;
    }

    private enum Family {
        V4(2, "127.0.0.1"),
        V6(10, "[::1]");

        final int number;
        final String loopback;

        Family(int number, String loopback) {
            this.number = number;
            this.loopback = loopback;
        }
    }

    /** @param netPin empty = the host's network */
    Connection dial(Context context, Optional<Path> netPin, int port) {
        try {
            return dial(context, netPin, Family.V4, port);
        } catch (RuntimeFault refused) {
            if (refused.errno() != Errno.ECONNREFUSED) {
                throw refused;
            }
            try {
                return dial(context, netPin, Family.V6, port);
            } catch (RuntimeFault neither) {
                refused.addSuppressed(neither);
                throw refused;
            }
        }
    }

    private Connection dial(Context context, Optional<Path> netPin, Family family, int port) {
        int socket = netPin.isPresent() ? podSocket(netPin.get(), family) : hostSocket(family);
        try {
            connect(socket, family, port);
            int second = kernel.spawnable(socket);
            FdReadStream in = new FdReadStream(poller, kernel, context, socket);
            FdWriteStream out = new FdWriteStream(
                    poller, kernel, context, second, () -> kernel.sys().call(Syscall.SHUTDOWN, second, SHUT_WR));
            return new Connection(in, out, () -> {
                in.close();
                out.close();
            });
        } catch (RuntimeException e) {
            kernel.close(socket);
            throw e;
        }
    }

    private int podSocket(Path netPin, Family family) {
        try (Held process = Held.play(kernel, player, SandboxTape.socket(netPin, family.number))) {
            int socket = process.take(process.value());
            process.release();
            return socket;
        }
    }

    private int hostSocket(Family family) {
        return (int) Kernel.check(
                kernel.sys().call(Syscall.SOCKET, family.number, SOCK_STREAM | Kernel.O_CLOEXEC | Kernel.O_NONBLOCK, 0),
                "socket",
                "");
    }

    private void connect(int socket, Family family, int port) {
        String subject = family.loopback + ":" + port + " in the pod";
        int length = family == Family.V4 ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES;
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block address = arena.allocate(length);
            address.bytes().putShort(0, (short) family.number);
            ByteBuffer network = address.bytes().duplicate().order(ByteOrder.BIG_ENDIAN);
            network.putShort(2, (short) port);
            if (family == Family.V4) {
                network.putInt(4, LOOPBACK);
            } else {
                network.put(IN6_LAST_BYTE, (byte) 1);
            }
            long result = kernel.sys().call(Syscall.CONNECT, socket, address.address(), length);
            if (result == -Errno.EINPROGRESS) {
                Arena.Block poll = arena.allocate(8);
                poll.bytes().putInt(0, socket).putShort(4, POLLOUT);
                Arena.Block timeout = arena.allocate(16);
                timeout.bytes().putLong(0, CONNECT_TIMEOUT_SECONDS);
                long ready = kernel.sys().call(Syscall.PPOLL, poll.address(), 1, timeout.address(), 0);
                result = ready == 0 ? -Errno.ETIMEDOUT : -error(arena, socket);
            }
            Kernel.check(result, "connect to", subject);
        }
    }

    private int error(Arena arena, int socket) {
        Arena.Block value = arena.allocate(4);
        Arena.Block length = arena.allocate(4);
        length.bytes().putInt(0, 4);
        Kernel.check(
                kernel.sys().call(Syscall.GETSOCKOPT, socket, SOL_SOCKET, SO_ERROR, value.address(), length.address()),
                "getsockopt",
                socket);
        return value.bytes().getInt(0);
    }
}
