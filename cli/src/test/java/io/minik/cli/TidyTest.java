package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Style as a test, with a ratchet: docs/tidy.txt holds today's outliers, which may only shrink. {@code -Dtidy=update}
 * rewrites it; the diff is reviewed.
 */
class TidyTest {
    private static final int MAX_FILE_LINES = 400;
    private static final int MAX_METHOD_LINES = 70;
    private static final Pattern BANNED_NAME =
            Pattern.compile(".*(Impl|Manager|Util|Utils|Helper|Base|Info|Data)|Abstract.*");
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");

    /** Rooms whose code runs on event loops: what blocks is banned there, by owner and method name. */
    private static final Set<String> LOOP_ROOMS = Set.of(
            "io/minik/api/client/",
            "io/minik/server/http/",
            "io/minik/server/registry/",
            "io/minik/server/watchcache/",
            "io/minik/server/authz/",
            "io/minik/server/scheduler/",
            "io/minik/server/controllers/",
            "io/minik/agent/dns/",
            "io/minik/agent/probe/");

    private static final Set<String> BANNED_OWNERS = Set.of(
            "java/nio/file/Files",
            "java/io/FileInputStream",
            "java/io/FileOutputStream",
            "java/io/RandomAccessFile",
            "java/lang/ProcessBuilder");

    private static final Set<String> BANNED_EVERYWHERE = Set.of(
            "java/lang/Thread.sleep",
            "io/vertx/core/Future.await",
            "java/util/concurrent/CompletableFuture.join",
            "java/lang/System.exit",
            "java/lang/Runtime.exec");

    /** Ends of a Future that look at its failure. */
    private static final Set<String> HANDLED = Set.of("onFailure", "onComplete", "andThen");

    @Test
    void outliersOnlyShrink() throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        for (Path source : Tree.sources()) {
            int lines = Files.readAllLines(source).size();
            if (lines > MAX_FILE_LINES) {
                found.put("lines " + relative(source), lines);
            }
        }
        for (Path file : Tree.classes()) {
            scan(file, found);
        }
        Path ratchet = Tree.root().resolve("docs/tidy.txt");
        if ("update".equals(System.getProperty("tidy"))) {
            List<String> lines =
                    new ArrayList<>(List.of("# Outliers of TidyTest: what, where, how many. They only shrink."));
            found.forEach((what, count) -> lines.add(what + " " + count));
            Files.write(ratchet, lines);
        }
        Map<String, Integer> known = new TreeMap<>();
        for (String line : Files.readAllLines(ratchet)) {
            if (!line.startsWith("#") && !line.isBlank()) {
                int space = line.lastIndexOf(' ');
                known.put(line.substring(0, space), Integer.parseInt(line.substring(space + 1)));
            }
        }
        List<String> worse = new ArrayList<>();
        found.forEach((what, count) -> {
            if (count > known.getOrDefault(what, 0)) {
                worse.add(what + " " + count + " (known: " + known.getOrDefault(what, 0) + ")");
            }
        });
        assertThat(worse).isEmpty();
    }

    @Test
    void typesAreNamedForWhatTheyAre() {
        assertThat(Tree.sources().stream()
                        .map(source -> String.valueOf(source.getFileName()).replace(".java", ""))
                        .filter(name -> BANNED_NAME.matcher(name).matches()))
                .isEmpty();
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path source : Tree.sources()) {
            int number = 0;
            for (String line : Files.readAllLines(source)) {
                number++;
                if (UNFINISHED.matcher(line).find()) {
                    found.add(relative(source) + ":" + number);
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void everyPackageHasItsManPage() {
        List<String> missing = Tree.sources().stream()
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                .map(TidyTest::relative)
                .toList();
        assertThat(missing).isEmpty();
    }

    private static String relative(Path file) {
        return Tree.root().relativize(file).toString();
    }

    private static void scan(Path file, Map<String, Integer> found) {
        ClassReader reader;
        try {
            reader = new ClassReader(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String owner = reader.getClassName();
        if (owner.startsWith("io/minik/store/etcdapi/proto") || owner.contains("/generated/")) {
            return;
        }
        String outer = owner.contains("$") ? owner.substring(0, owner.indexOf('$')) : owner;
        boolean loop = LOOP_ROOMS.stream().anyMatch(owner::startsWith);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        return new CallScan(outer, name, loop, found);
                    }
                },
                ClassReader.SKIP_FRAMES);
    }

    /** Counts dropped Futures (a call's Future that is popped), banned calls and lines of a method. */
    private static final class CallScan extends MethodVisitor {
        private final String owner;
        private final String method;
        private final boolean loop;
        private final Map<String, Integer> found;
        private boolean futureOnStack;
        private int firstLine = Integer.MAX_VALUE;
        private int lastLine;

        CallScan(String owner, String method, boolean loop, Map<String, Integer> found) {
            super(Opcodes.ASM9);
            this.owner = owner;
            this.method = method;
            this.loop = loop;
            this.found = found;
        }

        @Override
        public void visitMethodInsn(int opcode, String target, String name, String descriptor, boolean isInterface) {
            futureOnStack = descriptor.endsWith(")Lio/vertx/core/Future;") && !HANDLED.contains(name);
            if (BANNED_EVERYWHERE.contains(target + "." + name) && !owner.equals("io/minik/cli/Main")) {
                count("banned " + target + "." + name + " in " + owner);
            }
            if (loop && BANNED_OWNERS.contains(target)) {
                count("blocks " + target + " in " + owner);
            }
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle handle, Object... arguments) {
            futureOnStack = false;
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode == Opcodes.POP && futureOnStack) {
                count("dropped-future " + owner);
            }
            futureOnStack = false;
        }

        @Override
        public void visitVarInsn(int opcode, int index) {
            futureOnStack = false;
        }

        @Override
        public void visitLineNumber(int line, Label start) {
            firstLine = Math.min(firstLine, line);
            lastLine = Math.max(lastLine, line);
        }

        @Override
        public void visitEnd() {
            boolean body = !method.startsWith("<") && !method.startsWith("lambda$");
            if (body && lastLine - firstLine + 1 > MAX_METHOD_LINES) {
                found.merge("method " + owner + "." + method, lastLine - firstLine + 1, Math::max);
            }
        }

        private void count(String what) {
            found.merge(what, 1, Integer::sum);
        }
    }
}
