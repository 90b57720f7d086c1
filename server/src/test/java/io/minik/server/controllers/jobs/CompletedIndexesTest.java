package io.minik.server.controllers.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompletedIndexesTest {
    @Test
    void indexesAreWrittenAsRanges() {
        assertThat(CompletedIndexes.text(CompletedIndexes.parse("0,3-5,7,8"))).isEqualTo("0,3-5,7,8");
        assertThat(CompletedIndexes.parse("")).isEmpty();
    }
}
