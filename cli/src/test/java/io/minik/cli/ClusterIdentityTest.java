package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterIdentityTest {
    @TempDir
    Path data;

    @Test
    void anEmptyFileNamesNoCluster() throws Exception {
        Files.writeString(Files.createDirectories(data.resolve("agent")).resolve("cluster"), "\n");
        Files.writeString(Files.createDirectories(data.resolve("server")).resolve("cluster"), "");
        assertThat(ClusterIdentity.OfNode.read(data).isKnown()).isFalse();
        assertThat(ClusterIdentity.read(data).mayBegin()).isTrue();
        Files.writeString(data.resolve("agent/cluster"), "one\n");
        Files.writeString(data.resolve("server/cluster"), "one\n");
        assertThat(ClusterIdentity.OfNode.read(data).refuse("two")).isPresent();
        assertThat(ClusterIdentity.OfNode.read(data).refuse("one")).isEmpty();
        assertThat(ClusterIdentity.read(data).mayBegin()).isFalse();
    }
}
