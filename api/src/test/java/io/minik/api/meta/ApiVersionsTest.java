package io.minik.api.meta;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ApiVersionsTest {
    @Test
    void theOrderIsThatOfTheDocumentation() {
        List<String> versions = List.of(
                "v10beta3", "v3beta1", "foo10", "v12alpha1", "v2", "v11alpha2", "foo1", "v11beta2", "v10", "v1");
        assertThat(versions.stream().sorted(ApiVersions.PREFERRED_FIRST))
                .containsExactly(
                        "v10",
                        "v2",
                        "v1",
                        "v11beta2",
                        "v10beta3",
                        "v3beta1",
                        "v12alpha1",
                        "v11alpha2",
                        "foo1",
                        "foo10");
    }

    @Test
    void whatOnlyLooksLikeAVersionComesLast() {
        assertThat(List.of("v0", "v1gamma1", "v01", "v1beta0", "v99999999999", "v1alpha1").stream()
                        .sorted(ApiVersions.PREFERRED_FIRST))
                .startsWith("v1alpha1")
                .containsExactly("v1alpha1", "v0", "v01", "v1beta0", "v1gamma1", "v99999999999");
    }
}
