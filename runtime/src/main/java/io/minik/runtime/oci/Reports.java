package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.TapeFailure;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import java.util.OptionalInt;

/** What a tape that the client plays tells, read by the client. */
record Reports(Kernel kernel, int fd, Tape tape, JsonNode process) {
    /** The next number. A failed entry is thrown; so is the end. */
    int next() {
        return read().orElseThrow(() -> new RuntimeFault(
                RuntimeFault.Kind.START, "start", "unable to start container process: it ended without a report", 0));
    }

    void expect(int number) {
        int told = next();
        if (told != number) {
            throw new RuntimeFault(RuntimeFault.Kind.START, "start", "the process said " + told, 0);
        }
    }

    /** The program runs now, or its process says why not. */
    void end() {
        OptionalInt more = read();
        while (more.isPresent()) {
            more = read();
        }
    }

    private OptionalInt read() {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block block = arena.allocate(Player.RECORD_BYTES);
            long got = Kernel.check(kernel.read(fd, block.address(), Player.RECORD_BYTES), "read", "report");
            if (got < Player.RECORD_BYTES) {
                return OptionalInt.empty();
            }
            int value = block.bytes().getInt(0);
            int errno = block.bytes().getInt(4);
            if (errno != 0) {
                throw TapeFailure.of(
                        new Player.Failure(value, tape.entries().get(value), errno),
                        process.path("args").path(0).asText(),
                        process.path("cwd").asText());
            }
            return OptionalInt.of(value);
        }
    }
}
