package io.minik.runtime.sys;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A record kept in a file that root alone may read, replaced whole by rename: a reader never sees half of it. Blocking. Records
 * say their version, and those of the version before are read. Whether a later one can be read is up to what changed in it.
 */
public final class JsonFile<T> {
    private static final Logger LOG = LoggerFactory.getLogger(JsonFile.class);
    private static final ObjectMapper MAPPER =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private static final FileAttribute<Set<PosixFilePermission>> OWN =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final String VERSION = "version";

    /** @param upgrade turns a record of the version before into one of this; one without a version is of the first */
    public record Format(int version, Consumer<ObjectNode> upgrade) {
        public static final Format FIRST = new Format(1, record -> {});
    }

    private final Path file;
    private final Class<T> type;
    private final Format format;

    public JsonFile(Path file, Class<T> type) {
        this(file, type, Format.FIRST);
    }

    public JsonFile(Path file, Class<T> type, Format format) {
        this.file = file;
        this.type = type;
        this.format = format;
    }

    /** Its directory must exist. */
    public void write(T value) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, OWN);
            Files.write(fresh, bytes(value));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "write state", "can't write " + file, e);
        }
    }

    private byte[] bytes(T value) throws IOException {
        if (format.version() == 1) {
            return MAPPER.writeValueAsBytes(value);
        }
        ObjectNode tree = MAPPER.createObjectNode().put(VERSION, format.version());
        tree.setAll((ObjectNode) MAPPER.valueToTree(value));
        return MAPPER.writeValueAsBytes(tree);
    }

    private @Nullable T value(byte[] bytes) throws IOException {
        if (format.version() == 1) {
            return MAPPER.readValue(bytes, type);
        }
        if (!(MAPPER.readTree(bytes) instanceof ObjectNode tree)) {
            throw new IOException("it is no record");
        }
        if (tree.path(VERSION).asInt(1) < format.version()) {
            format.upgrade().accept(tree);
        }
        return MAPPER.treeToValue(tree, type);
    }

    /**
     * Empty if it is not there, or not readable: a power cut may leave that; what it described is then unknown. A field that
     * is missing makes it unreadable, unless the record itself says what its absence means.
     */
    public Optional<T> read() {
        try {
            T value = value(Files.readAllBytes(file));
            if (value != null && isWhole(value)) {
                return Optional.of(value);
            }
            unreadable("fields are missing");
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            unreadable(String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    private void unreadable(String why) {
        LOG.atWarn()
                .addKeyValue("file", file)
                .addKeyValue("err", why)
                .log("state can't be read: what it was of is ended, and made anew if it is wanted");
    }

    /** Nothing in it is null, at any depth. */
    private static boolean isWhole(@Nullable Object value) throws IOException {
        if (value instanceof Collection<?> items) {
            for (Object item : items) {
                if (!isWhole(item)) {
                    return false;
                }
            }
        } else if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                if (!component.getType().isPrimitive() && !isWhole(read(component, value))) {
                    return false;
                }
            }
        }
        return value != null;
    }

    private static @Nullable Object read(RecordComponent component, Object from) throws IOException {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(from);
        } catch (ReflectiveOperationException e) {
            throw new IOException("can't look at " + component, e);
        }
    }
}
