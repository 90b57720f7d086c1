package io.minik.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.snapshot.Snapshots.RootFs;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.RecordingSys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootViewTest {
    @TempDir
    Path dir;

    private Path upper;
    private Path top;
    private Path bottom;
    private RootView view;

    @BeforeEach
    void layers() throws Exception {
        upper = Files.createDirectories(dir.resolve("upper"));
        top = Files.createDirectories(dir.resolve("top"));
        bottom = Files.createDirectories(dir.resolve("bottom"));
        Files.createDirectories(bottom.resolve("etc"));
        Files.writeString(dir.resolve("secret"), "of the host\n");
        Files.writeString(
                bottom.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nweb:x:33:34::/srv:/bin/false\nbroken\n");
        Files.writeString(bottom.resolve("etc/group"), "root:x:0:\nwww:x:34:\nlogs:x:77:web,other\n");
        view = new RootView(
                new RecordingSys(Arch.X86_64),
                new RootFs(List.of(top, bottom), upper, dir.resolve("work"), dir.resolve("merged")));
    }

    @Test
    void theUppermostLayerWins() throws Exception {
        assertThat(view.lines("/etc/passwd")).hasSize(3);
        Files.createDirectories(top.resolve("etc"));
        Files.writeString(top.resolve("etc/passwd"), "newer\n");
        assertThat(view.lines("/etc/passwd")).containsExactly("newer");
        Files.createDirectories(upper.resolve("etc"));
        Files.writeString(upper.resolve("etc/passwd"), "newest\n");
        assertThat(view.lines("/etc/passwd")).containsExactly("newest");
        assertThat(view.lines("/etc/group")).hasSize(3);
    }

    @Test
    void linksAreResolvedInsideAndCanNotLeadOut() throws Exception {
        Files.createSymbolicLink(top.resolve("absolute"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(top.resolve("up"), Path.of("../../../../../../.." + dir.resolve("secret")));
        Files.createSymbolicLink(top.resolve("host"), dir.resolve("secret"));
        Files.createSymbolicLink(top.resolve("loop"), Path.of("loop"));

        assertThat(view.find("/absolute")).contains(bottom.resolve("etc/passwd"));
        assertThat(view.find("/up")).isEmpty();
        assertThat(view.find("/host")).isEmpty();
        assertThat(view.find("/loop")).isEmpty();
        assertThat(view.find("/../../etc/./passwd")).contains(bottom.resolve("etc/passwd"));
    }

    @Test
    void aFileInAnUpperLayerHidesADirectoryBelow() throws Exception {
        Files.writeString(top.resolve("etc"), "not a directory any more");

        assertThat(view.find("/etc/passwd")).isEmpty();
    }

    @Test
    void usersAreNumbersOrNamesOfTheImage() {
        assertThat(Users.of(view, "", -1, List.of())).isEqualTo(new Users(0, 0, List.of(0L), "/root"));
        assertThat(Users.of(view, "web", -1, List.of(5L))).isEqualTo(new Users(33, 34, List.of(34L, 77L, 5L), "/srv"));
        assertThat(Users.of(view, "33:www", -1, List.of())).isEqualTo(new Users(33, 34, List.of(34L, 77L), "/srv"));
        assertThat(Users.of(view, "1234", -1, List.of())).isEqualTo(new Users(1234, 0, List.of(0L), "/"));
        assertThat(Users.of(view, "1234:5678", 99, List.of())).isEqualTo(new Users(1234, 99, List.of(99L), "/"));
        assertThatThrownBy(() -> Users.of(view, "root:nogroup", -1, List.of()))
                .isInstanceOf(RuntimeFault.class)
                .hasMessage("unable to find group nogroup: no matching entries in group file");
    }

    @Test
    void capabilitiesAreAddedAndDroppedByName() {
        assertThat(Capabilities.of(false, List.of(), List.of(), 40)).hasSize(14);
        assertThat(Capabilities.of(false, List.of("NET_ADMIN"), List.of("ALL"), 40))
                .containsExactly(12);
        assertThat(Capabilities.of(false, List.of("ALL"), List.of("CAP_SYS_ADMIN"), 40))
                .hasSize(40)
                .doesNotContain(21);
        assertThat(Capabilities.of(true, List.of(), List.of("ALL"), 40)).hasSize(41);
        assertThatThrownBy(() -> Capabilities.of(false, List.of("NONSENSE"), List.of(), 40))
                .hasMessage("unknown capability \"NONSENSE\"");
    }

    @Test
    void signalsAreKnownByNameAndNumber() {
        assertThat(List.of(Signals.number(""), Signals.number("SIGQUIT"), Signals.number("winch"), Signals.number("9")))
                .containsExactly(15, 3, 28, 9);
        assertThat(Signals.number("SIGRTMIN+3")).isEqualTo(37);
        assertThatThrownBy(() -> Signals.number("SIGNONSENSE")).hasMessage("unknown signal \"SIGNONSENSE\"");
    }
}
