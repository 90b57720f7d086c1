package io.minik.agent.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.sys.LinuxFileCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Needs root: other owners. */
@Tag("root")
class GroupOwnershipTest {
    private static final long GROUP = 2_000_000_000L;

    private final GroupOwnership groups = new GroupOwnership(new LinuxFileCalls());

    @TempDir
    Path dir;

    private static String state(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
        int group = ((Number) Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS)).intValue();
        return Integer.toOctalString(mode) + " " + Integer.toUnsignedString(group);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @Test
    @Timeout(20)
    void everythingBelowIsTheGroupsAndNothingThatALinkNames() throws Exception {
        Path outside = Files.writeString(dir.resolve("outside"), "of the host");
        Files.createDirectory(dir.resolve("folder"));
        Files.writeString(dir.resolve("folder/file"), "of the host");
        String before = state(outside) + state(dir.resolve("folder")) + state(dir.resolve("folder/file"));
        Path volume = Files.createDirectories(dir.resolve("volume/deep/er"));
        Path root = dir.resolve("volume");
        Files.setAttribute(Files.writeString(volume.resolve("suid"), "x"), "unix:mode", 04711);
        Files.createSymbolicLink(root.resolve("file"), outside);
        Files.createSymbolicLink(root.resolve("up"), Path.of("../folder"));
        // A pipe that is opened for reading would keep us for ever.
        run("mkfifo", root.resolve("pipe").toString());
        run("sh", "-c", "touch \"$(printf '" + root + "/a+b %%41\\377')\"");
        groups.give(root, GROUP, false);
        assertThat(state(outside) + state(dir.resolve("folder")) + state(dir.resolve("folder/file")))
                .isEqualTo(before);
        assertThat(state(root)).isEqualTo("2775 " + GROUP);
        assertThat(state(volume)).isEqualTo("2775 " + GROUP);
        assertThat(state(volume.resolve("suid"))).isEqualTo("4771 " + GROUP);
        assertThat(state(root.resolve("pipe"))).endsWith(" " + GROUP);
        assertThat(state(root.resolve("file"))).endsWith(" " + GROUP);
        run("sh", "-c", "[ $(find " + root + " -group " + GROUP + " | wc -l) = $(find " + root + " | wc -l) ]");
    }

    @Test
    void aRootThatIsRightIsLeftAloneIfThePodSaysSo() throws Exception {
        Path root = Files.createDirectory(dir.resolve("volume"));
        Files.writeString(root.resolve("file"), "x");
        groups.give(root, GROUP, true);
        Files.setAttribute(root.resolve("file"), "unix:gid", 7);
        groups.give(root, GROUP, true);
        assertThat(state(root.resolve("file"))).endsWith(" 7");
        groups.give(root, GROUP, false);
        assertThat(state(root.resolve("file"))).endsWith(" " + GROUP);
    }
}
