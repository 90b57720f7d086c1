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
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.RecordComponentVisitor;
import org.objectweb.asm.Type;

/**
 * Style as a test, with a ratchet: docs/tidy.txt holds today's outliers, which may only shrink. {@code -Dtidy=update}
 * rewrites it; the diff is reviewed.
 */
class TidyTest {
    private static final int MAX_FILE_LINES = 400;
    private static final int MAX_METHOD_LINES = 70;
    private static final int MAX_PARAMETERS = 5;
    private static final int MAX_COMPONENTS = 10;
    private static final Pattern BANNED_NAME =
            Pattern.compile(".*(Impl|Manager|Util|Utils|Helper|Base|Info|Data)|Abstract.*");
    private static final Pattern PIPED_INTO_GREP_Q = Pattern.compile("\\| *grep -[A-Za-z]*q");
    private static final List<String> TOP_SCRIPTS =
            List.of("quickstart.sh", "test.sh", "install.sh", "build-env.sh", "bench/run.sh", "bench/pair.sh");
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

    /** Time and chance come from {@code ground.loop.Loop}, or no test can drive them. */
    private static final Set<String> OF_THE_LOOP = Set.of(
            "io/vertx/core/Vertx.setTimer",
            "io/vertx/core/Vertx.setPeriodic",
            "io/vertx/core/Future.timeout",
            "java/lang/System.currentTimeMillis",
            "java/time/Instant.now",
            "java/time/Clock.systemUTC",
            "java/util/Random.<init>",
            "java/util/UUID.randomUUID",
            "java/time/Clock.systemDefaultZone",
            "java/util/concurrent/ThreadLocalRandom.current");

    private static final Pattern COMMENT = Pattern.compile("\\s*(\\*|//|/\\*|import |package ).*");
    private static final Pattern TEXT = Pattern.compile("\"(\\\\.|[^\"\\\\])*\"");
    private static final Pattern QUALIFIED =
            Pattern.compile("(?<![\\w.@/])(java|javax|io|com|org)(\\.[a-z][a-z0-9_]*)+\\.[A-Z]\\w*");

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
        Set<String> both = new TreeSet<>(found.keySet());
        both.addAll(known.keySet());
        List<String> other = both.stream()
                .filter(what -> !found.getOrDefault(what, 0).equals(known.getOrDefault(what, 0)))
                .map(what -> what + " " + found.getOrDefault(what, 0) + " (known: " + known.getOrDefault(what, 0) + ")")
                .toList();
        assertThat(other)
                .as("worse than known; or better, then -Dtidy=update shrinks the list")
                .isEmpty();
    }

    @Test
    void codeNamesTypesByImports() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path source : Tree.sources()) {
            int number = 0;
            for (String line : Files.readAllLines(source)) {
                number++;
                if (!COMMENT.matcher(line).matches()
                        && QUALIFIED.matcher(TEXT.matcher(line).replaceAll("")).find()) {
                    found.add(relative(source) + ":" + number);
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /** grep -q goes at the first match; with pipefail, who has more to say then ends the pipe as a failure, now and then. */
    @Test
    void scriptsReadPipesToTheirEnd() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Tree.root().resolve("inttest"))) {
            Stream<Path> all = Stream.concat(files, TOP_SCRIPTS.stream().map(Tree.root()::resolve));
            for (Path script : all.filter(file -> file.toString().endsWith(".sh"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList()) {
                Files.readAllLines(script).stream()
                        .filter(line -> PIPED_INTO_GREP_Q.matcher(line).find())
                        .forEach(line -> found.add(relative(script) + ": " + line.strip()));
            }
        }
        assertThat(found).isEmpty();
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
        if (owner.contains("/proto/") || owner.contains("/generated/")) {
            return;
        }
        String outer = owner.contains("$") ? owner.substring(0, owner.indexOf('$')) : owner;
        boolean loop = LOOP_ROOMS.stream().anyMatch(owner::startsWith);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9) {
                    private int components;

                    @Override
                    public RecordComponentVisitor visitRecordComponent(
                            String name, String descriptor, String signature) {
                        components++;
                        return super.visitRecordComponent(name, descriptor, signature);
                    }

                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        int parameters = Type.getArgumentTypes(descriptor).length;
                        boolean written = (access & (Opcodes.ACC_SYNTHETIC | Opcodes.ACC_BRIDGE)) == 0;
                        boolean canonical = name.equals("<init>") && components > 0;
                        if (written && !canonical && parameters > MAX_PARAMETERS) {
                            found.merge("parameters " + owner + "." + name, parameters, Math::max);
                        }
                        return new CallScan(outer, name, loop, found);
                    }

                    @Override
                    public void visitEnd() {
                        if (components > MAX_COMPONENTS) {
                            found.put("components " + owner, components);
                        }
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
            if (OF_THE_LOOP.contains(target + "." + name) && !owner.startsWith("io/minik/ground/loop/")) {
                count("loop " + target + "." + name + " in " + owner);
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
