package io.minik.runtime.sys;

import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Directories as wholes. Blocking. */
public final class Trees {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** So many names of 255 bytes, and what they are below, are less than the kernel's longest path of 4,096. */
    private static final int MAX_DEPTH = 12;

    private Trees() {}

    public static void make(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "mkdir", "can't make " + directory, e);
        }
    }

    /** For nobody but root: what is below it can't be reached by others, whatever its own mode. One that is there is shut. */
    public static void makePrivate(Path directory) {
        try {
            Files.createDirectories(directory, PRIVATE);
            Files.setPosixFilePermissions(directory, PRIVATE.value());
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "mkdir", "can't make " + directory, e);
        }
    }

    /** As {@link #delete}, for those whose faults are the runtime's. */
    public static void remove(Path tree) {
        try {
            delete(tree);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "remove", "can't remove " + tree, e);
        }
    }

    /**
     * Follows no link; what is gone is fine. Nothing may be mounted below: it would be walked into. A container may have
     * made its tree deeper than a path can say: what is too deep moves to the top, for the next pass.
     */
    public static void delete(Path tree) throws IOException {
        Removal removal;
        do {
            removal = new Removal(tree);
            Files.walkFileTree(tree, Set.of(), MAX_DEPTH, removal);
        } while (removal.again);
    }

    private static final class Removal extends SimpleFileVisitor<Path> {
        private final Path top;
        boolean again;

        Removal(Path top) {
            this.top = top;
        }

        /** Directories come here when they are as deep as the walk goes. */
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            try {
                Files.deleteIfExists(file);
            } catch (DirectoryNotEmptyException e) {
                Path free = Files.createTempDirectory(top, "");
                Files.move(file, free.resolve("t"), StandardCopyOption.ATOMIC_MOVE);
                again = true;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
            if (why instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw why;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException why) throws IOException {
            if (why != null) {
                throw why;
            }
            if (!again || !directory.equals(top)) {
                Files.deleteIfExists(directory);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    /** Names in it, sorted; none if it is not there. */
    public static List<String> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(p -> p.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "list", "can't list " + directory, e);
        }
    }
}
