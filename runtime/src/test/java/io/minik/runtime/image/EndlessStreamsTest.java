package io.minik.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A registry or an archive that never comes to an end must not keep a worker for ever. */
class EndlessStreamsTest {
    private static final byte[] CONTENT = "some content of a layer".getBytes(StandardCharsets.UTF_8);

    private static InputStream goingOn(byte[] start) {
        return new SequenceInputStream(new ByteArrayInputStream(start), new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        });
    }

    @Test
    void aBlobIsReadNoFurtherThanItsManifestSays() throws IOException {
        Digest digest = Digest.sha256(CONTENT);
        assertThat(new VerifiedStream(new ByteArrayInputStream(CONTENT), digest, CONTENT.length).readAllBytes())
                .isEqualTo(CONTENT);
        assertThatThrownBy(() -> new VerifiedStream(goingOn(CONTENT), digest, CONTENT.length).readAllBytes())
                .hasMessage(digest + " is longer than its manifest says");
        assertThatThrownBy(() -> new VerifiedStream(new ByteArrayInputStream(CONTENT), digest, CONTENT.length - 1)
                        .readAllBytes())
                .hasMessage(digest + " is longer than its manifest says");
    }

    @Test
    void whatComesAfterTheZippedPartIsBounded() throws IOException {
        byte[] zipped = TestImages.gzip(CONTENT);
        byte[] padded = Arrays.copyOf(zipped, zipped.length + 1000);
        assertThat(Layers.decompressed(new ByteArrayInputStream(padded)).readAllBytes())
                .isEqualTo(CONTENT);
        byte[] zeros = Arrays.copyOf(zipped, zipped.length + (1 << 20));
        assertThatThrownBy(() -> Layers.decompressed(goingOn(zeros)).readAllBytes())
                .hasMessageContaining("bytes after its zipped part");
    }
}
