package io.minik.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String HASH = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36",
        "rancher/k3s, docker.io/rancher/k3s:latest",
        "index.docker.io/busybox, docker.io/library/busybox:latest",
        "localhost/a, localhost/a:latest",
        "localhost:5000/a/b:c, localhost:5000/a/b:c",
        "registry.k8s.io/pause:3.9, registry.k8s.io/pause:3.9",
        "host:5000/x, host:5000/x:latest",
        "[::1]:5000/x, [::1]:5000/x:latest",
        "a__b/c-d.e, docker.io/a__b/c-d.e:latest"
    })
    void namesAreNormalisedAsDockerDoes(String text, String full) {
        assertThat(Reference.parse(text)).hasToString(full);
    }

    @Test
    void aDigestNeedsNoTagAndWinsOverOne() {
        assertThat(Reference.parse("a/b@" + HASH)).hasToString("docker.io/a/b@" + HASH);
        Reference both = Reference.parse("a/b:v1@" + HASH);
        assertThat(both.target()).isEqualTo(HASH);
        assertThat(both.tagged()).isEqualTo("docker.io/a/b:v1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a b", "busybox:", "/x", "x/", "a//b", "-x", "x@sha256:12", "x:a/b/", "a/b:.x", "http://x/y"
            })
    void whatIsNoReferenceIsRefused(String text) {
        assertThatThrownBy(() -> Reference.parse(text))
                .isInstanceOfSatisfying(RuntimeFault.class, fault -> assertThat(fault.kind())
                        .isEqualTo(RuntimeFault.Kind.INVALID_IMAGE_NAME))
                .hasMessage("couldn't parse image name \"" + text + "\": invalid reference format");
    }

    @Test
    void upperCaseIsRefusedByItsName() {
        assertThatThrownBy(() -> Reference.parse("docker.io/Foo/bar"))
                .hasMessageContaining("repository name (Foo/bar) must be lowercase");
    }
}
