package io.minik.runtime.tape;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process that makes the calls it is told to. */
final class DrivenTapeTest {
    private static final int LIMIT_SECONDS = 60;

    @TempDir
    Path dir;

    private Path client(List<List<String>> alone) throws IOException {
        Path file = dir.resolve("client");
        Files.write(file, DrivenTape.executable(Arch.current(), socket().toString(), alone, List.of("A=b")));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private Path socket() {
        return dir.resolve("socket");
    }

    private ServerSocketChannel listen() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return server.bind(UnixDomainSocketAddress.of(socket()));
    }

    private static int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static DrivenSys drive(SocketChannel channel) throws IOException {
        return DrivenSys.of(channel, channel, Arch.current());
    }

    @Test
    void callsAreMadeThereAndResultsAndErrorsComeBack() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process process = new ProcessBuilder(client(List.of()).toString()).start();
            try (SocketChannel channel = server.accept()) {
                DrivenSys sys = drive(channel);

                assertThat(sys.alone()).isFalse();
                assertThat((long) sys.pid()).isEqualTo(process.pid());
                assertThat(sys.call(Syscall.GETPID)).isEqualTo(process.pid());
                assertThat(sys.call(Syscall.CLOSE, 12345)).isEqualTo(-Errno.EBADF);
                // One that no thread of a JVM may make.
                assertThat(sys.call(Syscall.UMASK, 077)).isGreaterThanOrEqualTo(0);
                assertThat(sys.call(Syscall.UMASK, 022)).isEqualTo(077);
                sys.exit(42);
            }
            assertThat(end(process)).isEqualTo(42);
        }
    }

    @Test
    void memoryGoesThereAndComesBackAlsoWhereArenasAreNested() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process process = new ProcessBuilder(client(List.of()).toString()).start();
            try (SocketChannel channel = server.accept()) {
                DrivenSys sys = drive(channel);
                Kernel kernel = new Kernel(sys);
                try (Arena outer = sys.arena()) {
                    Arena.Block kept = outer.bytes("kept".getBytes(StandardCharsets.UTF_8));
                    int[] pipe = kernel.pipe(0);
                    byte[] large = new byte[20_000];
                    large[19_999] = 7;
                    kernel.writeFully(pipe[1], large, "pipe");
                    try (Arena inner = sys.arena()) {
                        Arena.Block block = inner.allocate(large.length);
                        assertThat(kernel.read(pipe[0], block.address(), large.length))
                                .isEqualTo(large.length);
                        assertThat(block.copy(large.length)).isEqualTo(large);
                    }
                    assertThat(kept.copy(4)).isEqualTo("kept".getBytes(StandardCharsets.UTF_8));
                }
                kernel.writeFully(1, "from there".getBytes(StandardCharsets.UTF_8), "output");
                sys.exit(0);
            }
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("from there");
            assertThat(end(process)).isZero();
        }
    }

    @Test
    void aClientWhoseJvmIsGoneEnds() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process process = new ProcessBuilder(client(List.of()).toString()).start();
            try (SocketChannel channel = server.accept()) {
                drive(channel).call(Syscall.GETPID);
            }
            assertThat(end(process)).isEqualTo(255);
        }
    }

    /** dd is the program that decides here: what it gets as its input is the hello, which it writes down and ends. */
    private List<List<String>> writesDownItsHello() {
        return List.of(
                List.of("/no/such/program"),
                List.of("/bin/dd", "of=" + dir.resolve("hello"), "bs=56", "count=1", "iflag=fullblock", "status=none"));
    }

    @Test
    void withoutAListenerItStartsTheFirstProgramThatIsThere() throws Exception {
        Process process = new ProcessBuilder(client(writesDownItsHello()).toString()).start();

        assertThat(end(process)).isEqualTo(255);
        assertThat(Files.readAllBytes(dir.resolve("hello"))).hasSize(56).startsWith('m', 'n', 'k', 'd', 1);
    }

    @Test
    void aListenerThatHangsUpOrDeclinesLeavesItToAProgram() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process refused = new ProcessBuilder(client(writesDownItsHello()).toString()).start();
            server.accept().close();
            assertThat(end(refused)).isEqualTo(255);
            assertThat(Files.readAllBytes(dir.resolve("hello"))).hasSize(56);
            Files.delete(dir.resolve("hello"));

            Process declined = new ProcessBuilder(dir.resolve("client").toString()).start();
            try (SocketChannel channel = server.accept()) {
                drive(channel).decline();
                assertThat(end(declined)).isEqualTo(255);
            }
            assertThat(Files.readAllBytes(dir.resolve("hello"))).hasSize(56);
        }
    }
}
