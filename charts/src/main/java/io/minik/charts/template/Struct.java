package io.minik.charts.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value with fields or methods, as Go's structs have them. */
public interface Struct {
    /** As {@code %T} says it. */
    String typeName();

    /** As {@code %v} says it. */
    String text();

    /** Whether there is a field or a method of this name. */
    boolean has(String name);

    /** @throws TemplateException if the arguments are not what the method takes */
    @Nullable
    Object get(String name, List<@Nullable Object> arguments);

    /** What range goes through, if anything. */
    default @Nullable Map<String, @Nullable Object> entries() {
        return null;
    }

    /** Whether it takes arguments: only then there may be some. */
    default boolean isMethod(String name) {
        return false;
    }
}
