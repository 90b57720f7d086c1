package io.minik.runtime.oci;

import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.ByteBuffer;

/** The loopback interface of a new network namespace is up before anything of the container runs. */
final class Loopback {
    private static final int AF_INET = 2;
    private static final int DATAGRAM = 2;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int IFREQ_BYTES = 40;
    private static final int NAME_BYTES = 16;
    private static final short UP = 1;

    private Loopback() {}

    static void up(Tape.Builder tape) {
        Slot socket = tape.slot("socket");
        ByteBuffer request = TapeSteps.little(IFREQ_BYTES).put((byte) 'l').put((byte) 'o');
        request.putShort(NAME_BYTES, UP);
        tape.add("open a socket", Syscall.SOCKET, value(AF_INET), value(DATAGRAM | Kernel.O_CLOEXEC), value(0))
                .into(socket);
        Arg lo = Arg.bytes("{lo, IFF_UP}", TapeSteps.bytes(request));
        tape.add("loopback up", Syscall.IOCTL, stored(socket), value(SIOCSIFFLAGS), lo);
        tape.add("close", Syscall.CLOSE, stored(socket));
    }
}
