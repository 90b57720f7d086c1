package io.minik.server.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.server.registry.KindStrategies.GroupKind;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BuiltInKindsTest {
    /** A row that no kind answers to is a slip of the pen, which would make that kind a plain one. */
    @Test
    void everyRowIsOfAServedKind() {
        Set<GroupKind> served = Schema.load().kinds().stream()
                .map(KindRow::resource)
                .map(resource -> new GroupKind(resource.group(), resource.kind()))
                .collect(Collectors.toSet());
        assertThat(served).containsAll(BuiltInKinds.all().keySet());
    }
}
