package io.minik.runtime.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A record on disk is whole or not there, also after a power cut, and older ones are read. */
class JsonFileTest {
    record Part(String name, int size) {}

    record Thing(String id, List<Part> parts) {}

    private static final Thing THING = new Thing("a", List.of(new Part("one", 1), new Part("zwei", 2)));

    @TempDir
    Path directory;

    private Path place;
    private JsonFile<Thing> file;

    @BeforeEach
    void makePlace() {
        place = directory.resolve("thing.json");
        file = new JsonFile<>(place, Thing.class);
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        assertThat(file.read()).isEmpty();
        file.write(THING);
        assertThat(file.read()).contains(THING);
        Thing next = new Thing("b", List.of());
        file.write(next);
        assertThat(file.read()).contains(next);
    }

    @Test
    void itIsForRootAloneAndNothingElseIsLeftBeside() throws IOException {
        Files.writeString(directory.resolve("thing.json.new"), "what a crash has left");
        file.write(THING);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                .isEqualTo("rw-------");
        try (var all = Files.list(directory)) {
            assertThat(all).containsExactly(place);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{\"id\":\"a\"}",
                "{\"id\":null,\"parts\":[]}",
                "{\"id\":\"a\",\"parts\":[null]}",
                "{\"id\":\"a\",\"parts\":[{\"size\":1}]}",
                "{\"id\":\"a\",\"parts\":{}}"
            })
    void whatIsNotWholeIsNotThere(String text) throws IOException {
        Files.writeString(place, text);
        assertThat(file.read()).isEmpty();
    }

    @Test
    void whatALaterMinikKnowsMoreOfIsPassedOver() throws IOException {
        Files.writeString(place, "{\"id\":\"a\",\"parts\":[],\"colour\":\"red\"}");
        assertThat(file.read()).contains(new Thing("a", List.of()));
    }

    /** A crash leaves any length of it, or any bytes: it is the record, or none. */
    @Test
    void anyDamageIsNoRecordOrTheRecord() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        file.write(THING);
        byte[] whole = Files.readAllBytes(place);
        for (int length = 0; length < whole.length; length++) {
            Files.write(place, Arrays.copyOf(whole, length));
            assertThat(file.read()).as("%d of %d bytes", length, whole.length).isEmpty();
        }
        for (int round = 0; round < 500; round++) {
            byte[] zeroed = whole.clone();
            int from = random.nextInt(whole.length);
            int to = from + 1 + random.nextInt(whole.length - from);
            Arrays.fill(zeroed, from, to, (byte) 0);
            Files.write(place, zeroed);
            assertThat(file.read())
                    .as("seed %d: zeros from %d to %d", seed, from, to)
                    .isEmpty();
        }
    }

    @Test
    void whereTheDirectoryIsGoneTheFileIsNamed() {
        JsonFile<Thing> nowhere = new JsonFile<>(directory.resolve("gone/thing.json"), Thing.class);
        assertThat(nowhere.read()).isEmpty();
        assertThatThrownBy(() -> nowhere.write(THING))
                .isInstanceOf(RuntimeFault.class)
                .hasMessage("can't write " + directory.resolve("gone/thing.json"));
    }

    /** The first version had no number, and one part alone. */
    private JsonFile<Thing> second() {
        return new JsonFile<>(place, Thing.class, new JsonFile.Format(2, record -> record.putArray("parts")
                .add(record.remove("part"))));
    }

    @Test
    void aRecordOfTheVersionBeforeIsReadAndWrittenAsThisOne() throws IOException {
        Files.writeString(place, "{\"id\":\"a\",\"part\":{\"name\":\"one\",\"size\":1}}");
        Optional<Thing> read = second().read();
        assertThat(read).contains(new Thing("a", List.of(new Part("one", 1))));
        second().write(read.orElseThrow());
        assertThat(Files.readString(place)).startsWith("{\"version\":2,\"id\":\"a\"");
        assertThat(second().read()).isEqualTo(read);
    }

    @Test
    void aRecordOfThisVersionIsNotUpgradedAgain() throws IOException {
        Files.writeString(place, "{\"version\":2,\"id\":\"a\",\"parts\":[]}");
        assertThat(second().read()).contains(new Thing("a", List.of()));
    }

    @Test
    void aListIsNoRecordOfAnyVersion() throws IOException {
        Files.writeString(place, "[1,2]");
        assertThat(second().read()).isEmpty();
    }
}
