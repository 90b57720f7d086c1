package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.container.Containers.State;
import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.sys.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A record of a running container or of its sandbox is damaged while minik is away. The next start works, what the record was of
 * is either adopted whole or ended, so that it never runs unknown beside the one that is started in its place.
 */
@Tag("root")
class DamagedRecordsTest {
    private static final List<String> RECORDS = List.of(
            "data/containers/c1/config.json",
            "data/containers/c1/life.json",
            "run/containers/c1/process.json",
            "data/sandboxes/p1/sandbox.json");

    @TempDir
    Path dir;

    record Damage(String name, UnaryOperator<byte[]> made) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Damage text(String name, String text) {
        return new Damage(name, whole -> text.getBytes(StandardCharsets.UTF_8));
    }

    /** A field of a version to come, and one whose value this version does not know. */
    private static byte[] future(byte[] whole) {
        String text = new String(whole, StandardCharsets.UTF_8);
        return ("{\"ofAVersionToCome\":{\"a\":[1]}," + text.substring(1)).getBytes(StandardCharsets.UTF_8);
    }

    static Stream<Damage> damages() {
        return Stream.of(
                text("empty", ""),
                text("null", "null"),
                text("no fields", "{}"),
                text("another kind", "[1]"),
                text("not JSON", "\u0001\u0002"),
                new Damage("zeros", whole -> new byte[whole.length]),
                new Damage("half", whole -> Arrays.copyOf(whole, whole.length / 2)),
                new Damage("of a version to come", DamagedRecordsTest::future));
    }

    private static List<Path> processes(String mark) {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(process -> commandLine(process).equals("sleep\0" + mark + "\0"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"));
        } catch (IOException none) {
            return "";
        }
    }

    @ParameterizedTest
    @MethodSource("damages")
    void isAdoptedWholeOrEnded(Damage damage) throws Exception {
        for (String record : RECORDS) {
            damaged(record, damage, Files::write);
        }
    }

    @ParameterizedTest
    @MethodSource("missing")
    void aMissingRecordIsTheSame(String record) throws Exception {
        damaged(record, text("missing", ""), (file, nothing) -> Files.delete(file));
    }

    static List<String> missing() {
        return RECORDS;
    }

    private interface Writing {
        void write(Path file, byte[] content) throws IOException;
    }

    private void damaged(String record, Damage damage, Writing writing) throws IOException {
        // A number that no other sleeps for.
        String mark = (100_000 + ProcessHandle.current().pid()) + "." + RECORDS.indexOf(record);
        TestNode first = new TestNode(dir, new TestNode.NoNetwork());
        await(first.sandboxes.run(TestNode.pod("p1")));
        await(first.containers.create(first.config("p1", "c1", "sleep", mark)));
        await(first.containers.start("c1"));
        assertThat(processes(mark)).hasSize(1);
        first.drop();
        Path file = dir.resolve(record);
        writing.write(file, damage.made().apply(Files.readAllBytes(file)));

        TestNode second = new TestNode(dir, new TestNode.NoNetwork());
        List<Container> known = await(second.containers.list());
        assertThat(processes(mark)).as("%s of %s", damage, record).hasSameSizeAs(running(known));
        // What is gone can be made anew under its name.
        if (await(second.sandboxes.list()).stream().noneMatch(pod -> pod.state() == Sandboxes.State.READY)) {
            await(second.sandboxes.run(TestNode.pod("p1")));
        }
        if (known.isEmpty()) {
            await(second.containers.create(second.config("p1", "c1", "sleep", mark)));
            await(second.containers.start("c1"));
            assertThat(processes(mark)).hasSize(1);
        }
        second.close();
        assertThat(processes(mark)).isEmpty();
        assertThat(Trees.list(dir.resolve("data/containers"))).isEmpty();
        assertThat(Trees.list(dir.resolve("run/containers"))).isEmpty();
    }

    private static List<Container> running(List<Container> known) {
        return known.stream()
                .filter(container -> container.state() == State.RUNNING)
                .toList();
    }
}
