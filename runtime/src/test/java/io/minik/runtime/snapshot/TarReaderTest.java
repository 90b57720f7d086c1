package io.minik.runtime.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.image.TestImages.Tar;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;

/** Against commons-compress as the oracle. */
class TarReaderTest {
    @Test
    void randomArchivesReadAsTheOracleReadsThem() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Tar tar = random.nextBoolean() ? new Tar() : new Tar().gnu();
            int count = random.nextInt(12);
            for (int i = 0; i < count; i++) {
                add(tar, random);
            }
            byte[] bytes = tar.bytes();
            assertThat(ours(bytes)).as("-Dseed=" + seed + " round " + round).isEqualTo(oracle(bytes));
        }
    }

    private static void add(Tar tar, Random random) {
        String name = name(random, 1 + random.nextInt(180));
        switch (random.nextInt(4)) {
            case 0 -> tar.dir(name, random.nextInt(010000));
            case 1 -> tar.symlink(name, name(random, 1 + random.nextInt(180)));
            case 2 -> tar.hardLink(name, name(random, 1 + random.nextInt(180)));
            default -> {
                TarArchiveEntry entry = new TarArchiveEntry(name, true);
                byte[] content = new byte[random.nextInt(3000)];
                random.nextBytes(content);
                entry.setSize(content.length);
                entry.setMode(random.nextInt(010000));
                entry.setUserId(random.nextInt(10_000_000));
                entry.setGroupId(random.nextInt(10_000_000));
                entry.setModTime(random.nextInt() & 0x7fffffffL);
                tar.put(entry, content);
            }
        }
    }

    private static String name(Random random, int length) {
        StringBuilder name = new StringBuilder("n");
        while (name.length() < length) {
            name.append("ab/\u00e4.-".charAt(random.nextInt(6)));
        }
        return name.append('z').toString().replaceAll("/+", "/");
    }

    private static List<String> ours(byte[] bytes) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(bytes));
        List<String> lines = new ArrayList<>();
        for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            TarEntry entry = next.get();
            byte[] content = reader.readAll(1 << 20);
            String link = new String(entry.linkName().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            lines.add(line(entry.text(), entry.type().name(), entry.mode(), entry.uid(), entry.gid(), link, content));
        }
        return lines;
    }

    private static List<String> oracle(byte[] bytes) throws IOException {
        List<String> lines = new ArrayList<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(bytes), "UTF-8")) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                String type = entry.isDirectory()
                        ? "DIRECTORY"
                        : entry.isSymbolicLink() ? "SYMLINK" : entry.isLink() ? "HARD_LINK" : "FILE";
                lines.add(line(
                        entry.getName(),
                        type,
                        entry.getMode() & 0xfff,
                        entry.getLongUserId(),
                        entry.getLongGroupId(),
                        entry.getLinkName(),
                        in.readAllBytes()));
            }
        }
        return lines;
    }

    private static String line(String name, String type, int mode, long uid, long gid, String link, byte[] content) {
        return name + " " + type + " " + Integer.toOctalString(mode) + " " + uid + ":" + gid + " -> " + link + " "
                + Arrays.hashCode(content);
    }

    @Test
    void damageIsNotReadAsAnArchive() {
        byte[] bytes = new Tar().file("f", 0644, "content").bytes();
        bytes[3] ^= 1;
        assertThatThrownBy(() -> ours(bytes)).hasMessageContaining("checksum");
        assertThatThrownBy(() -> ours("not a tar".repeat(100).getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(IOException.class);
    }

    /** A header block: name, type, size as octal or raw, checksum. */
    private static byte[] header(char type, String size) {
        byte[] block = new byte[512];
        System.arraycopy("x".getBytes(ISO_8859_1), 0, block, 0, 1);
        byte[] sizeBytes = size.getBytes(ISO_8859_1);
        System.arraycopy(sizeBytes, 0, block, 124, sizeBytes.length);
        block[156] = (byte) type;
        int sum = 8 * ' ';
        for (byte b : block) {
            sum += b & 0xff;
        }
        byte[] check = String.format("%06o\0 ", sum).getBytes(ISO_8859_1);
        System.arraycopy(check, 0, block, 148, 8);
        return block;
    }

    private static String refusal(byte[]... blocks) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] block : blocks) {
            all.writeBytes(block);
        }
        all.writeBytes(header('0', "00000000000"));
        try {
            new TarReader(new ByteArrayInputStream(all.toByteArray())).next();
            return "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void whatIsSaidBeforeAnEntryIsBoundedInAll() {
        byte[] half = header('x', String.format("%011o", 600 << 10));
        byte[] zeros = new byte[600 << 10];
        assertThat(refusal(half, zeros)).isEmpty();
        assertThat(refusal(half, zeros, half, zeros)).contains("may have 1048576 in all");
        byte[] empty = header('g', "00000000000");
        byte[][] sixteen = new byte[16][];
        Arrays.fill(sixteen, empty);
        assertThat(refusal(sixteen)).isEmpty();
        byte[][] seventeen = new byte[17][];
        Arrays.fill(seventeen, empty);
        assertThat(refusal(seventeen)).contains("more than 16 headers");
        String negative = "\u00ff".repeat(12);
        assertThat(refusal(header('x', negative))).contains("may have");
        assertThat(refusal(header('0', negative))).contains("negative size");
    }
}
