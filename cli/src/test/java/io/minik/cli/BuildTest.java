package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuildTest {
    @Test
    void theBuildSaysWhatItWasMadeFrom() {
        Build build = Build.THIS;
        assertThat(build.gitVersion()).matches("v1\\.[0-9]+\\.[0-9]+\\+minik[0-9.]+");
        if (build.commit().isEmpty()) {
            assertThat(build.date() + build.treeState()).as("without git").isEmpty();
        } else {
            assertThat(build.commit()).matches("[0-9a-f]{40}");
            assertThat(build.date()).matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z");
            assertThat(build.treeState()).isIn("clean", "dirty");
        }
    }
}
