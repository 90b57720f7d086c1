package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Hands a terminal's master to whoever listens on a unix socket, as runc does: its name, and the descriptor beside it. */
final class ConsoleSocket {
    private static final int AF_UNIX = 1;
    private static final int STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MAX_PATH = 107;
    private static final int MESSAGE_BYTES = 56;
    private static final int CONTROL_BYTES = 24;
    private static final long CONTROL_LENGTH = 20;
    private static final long TIOCSWINSZ = 0x5414;
    private static final byte[] NAME = "/dev/ptmx".getBytes(StandardCharsets.UTF_8);

    private ConsoleSocket() {}

    static void send(Kernel kernel, Path path, int master) {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_PATH) {
            throw Fields.invalid("--console-socket " + path + ": longer than " + MAX_PATH + " bytes");
        }
        int socket = (int)
                Kernel.check(kernel.sys().call(Syscall.SOCKET, AF_UNIX, STREAM | Kernel.O_CLOEXEC, 0), "socket", path);
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block address = arena.allocate(Short.BYTES + bytes.length + 1);
            address.bytes().putShort(0, (short) AF_UNIX).put(Short.BYTES, bytes);
            Kernel.check(
                    kernel.sys().call(Syscall.CONNECT, socket, address.address(), Short.BYTES + bytes.length + 1),
                    "connect",
                    path);
            Arena.Block vector = arena.allocate(16);
            vector.bytes().putLong(0, arena.bytes(NAME).address()).putLong(8, NAME.length);
            Arena.Block control = arena.allocate(CONTROL_BYTES);
            control.bytes()
                    .putLong(0, CONTROL_LENGTH)
                    .putInt(8, SOL_SOCKET)
                    .putInt(12, SCM_RIGHTS)
                    .putInt(16, master);
            Arena.Block message = arena.allocate(MESSAGE_BYTES);
            message.bytes().putLong(16, vector.address()).putLong(24, 1);
            message.bytes().putLong(32, control.address()).putLong(40, CONTROL_BYTES);
            Kernel.check(kernel.sys().call(Syscall.SENDMSG, socket, message.address(), 0), "sendmsg", path);
        } finally {
            kernel.close(socket);
        }
    }

    static void size(Kernel kernel, int master, JsonNode size) {
        if (size.isMissingNode() || size.isNull()) {
            return;
        }
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block block = arena.allocate(8);
            block.bytes().putShort(0, (short) size.path("height").asInt());
            block.bytes().putShort(2, (short) size.path("width").asInt());
            Kernel.check(kernel.sys().call(Syscall.IOCTL, master, TIOCSWINSZ, block.address()), "resize", "terminal");
        }
    }
}
