package io.minik.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostToolTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(200);

    @TempDir
    Path directory;

    private static String sh(String script, String input, Duration limit) throws IOException {
        return HostTool.run(List.of("sh", "-c", script), input, limit);
    }

    @Test
    void itsInputGoesInAndItsWordsComeOut() throws IOException {
        String large = "x".repeat(300_000);
        assertThat(sh("wc -c; echo and done >&2", large, LONG)).isEqualTo("300000\nand done");
    }

    @Test
    void whatItComplainsOfIsTold() {
        assertThatThrownBy(() -> sh("cat >/dev/null; echo no such table; exit 3", "delete", LONG))
                .isInstanceOf(HostTool.Refused.class)
                .hasMessage("sh exits with 3: no such table");
    }

    @Test
    void aProgramThatIsNotThereIsNotRefused() {
        assertThatThrownBy(() -> HostTool.run(List.of("/no/such/nft"), "", LONG))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(HostTool.Refused.class)
                .hasMessageContaining("/no/such/nft");
    }

    @Test
    void workingForEverIsKilledAtTheDeadline() {
        assertKilled("while :; do :; done");
    }

    /** More input than a pipe holds, which nobody reads: the writing hangs. */
    @Test
    void notReadingItsInputIsKilledAtTheDeadline() {
        Path pid = directory.resolve("pid");
        assertThatThrownBy(() -> sh("echo $$ >" + pid + "; exec sleep 1000", "x".repeat(1 << 20), SHORT))
                .hasMessageContaining("did not end within");
        assertGone(pid);
    }

    /** The program is gone, but its child holds the pipe: the reading hangs. */
    @Test
    void aChildThatKeepsTheOutputOpenIsKilledAtTheDeadline() {
        Path pid = directory.resolve("pid");
        assertThatThrownBy(() -> sh("sh -c 'echo $$ >" + pid + "; exec sleep 1000' & wait", "", SHORT))
                .hasMessageContaining("did not end within");
        assertGone(pid);
    }

    /** It closes its output and stays: the waiting hangs. */
    @Test
    void endingItsOutputButNotItselfIsKilledAtTheDeadline() {
        Path pid = directory.resolve("pid");
        assertThatThrownBy(() -> sh("echo $$ >" + pid + "; exec sleep 1000 >/dev/null 2>&1", "", SHORT))
                .hasMessageContaining("did not end within");
        assertGone(pid);
    }

    @Test
    void manyThatHangDoNotKeepALaterOneFromRunning() throws IOException {
        for (int i = 0; i < 20; i++) {
            assertKilled("sleep 1000");
        }
        assertThat(sh("echo ok", "", LONG)).isEqualTo("ok");
    }

    private void assertKilled(String script) {
        Path pid = directory.resolve("pid");
        assertThatThrownBy(() -> sh("echo $$ >" + pid + "; " + script, "", SHORT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not end within")
                .hasMessageContaining("killed");
        assertGone(pid);
    }

    private static void assertGone(Path pid) {
        try {
            // The program may have been killed before it told its number.
            String text = Files.exists(pid) ? Files.readString(pid).strip() : "";
            if (!text.isEmpty()) {
                ProcessHandle.of(Long.parseLong(text))
                        .ifPresent(handle ->
                                handle.onExit().orTimeout(60, TimeUnit.SECONDS).join());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
