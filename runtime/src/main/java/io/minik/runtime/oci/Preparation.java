package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.NullDevice;
import io.minik.runtime.oci.Bundle.Mount;
import io.minik.runtime.oci.Namespace.Kind;
import io.minik.runtime.oci.StartPlan.CgroupView;
import io.minik.runtime.oci.StartPlan.Mode;
import io.minik.runtime.oci.StartPlan.Opened;
import io.minik.runtime.seccomp.SeccompProfiles;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Opens what a bundle needs of the host, while the client still sees the host, and makes the plan of it. */
final class Preparation {
    /** Write ends of the hooks' pipes, which the client keeps. */
    private static final int FIRST_HOOK_WRITER = 450;

    private static final int MAX_HOOKS = 100;
    private static final Path APPARMOR = Path.of("/sys/module/apparmor/parameters/enabled");
    private static final Map<String, Long> FILTER_FLAGS = Map.of(
            "SECCOMP_FILTER_FLAG_TSYNC", 1L,
            "SECCOMP_FILTER_FLAG_LOG", 2L,
            "SECCOMP_FILTER_FLAG_SPEC_ALLOW", 4L);

    private final ClientProcess caller;
    private final Kernel kernel;
    private final Bundle bundle;
    private final Descriptors descriptors;

    Preparation(ClientProcess caller, Bundle bundle) {
        this.caller = caller;
        this.kernel = caller.kernel();
        this.bundle = bundle;
        this.descriptors = new Descriptors(caller);
    }

    static int hookWriter(int index) {
        return FIRST_HOOK_WRITER + index;
    }

    /** Refuses what can't be met. */
    Credentials credentials(JsonNode process) {
        checkLabels(process);
        JsonNode seccomp = bundle.linux().path("seccomp");
        byte[] program = new byte[0];
        long flags = 0;
        if (seccomp.hasNonNull("listenerPath")) {
            throw Fields.invalid("linux.seccomp.listenerPath is not supported: SCMP_ACT_NOTIFY is not");
        }
        if (seccomp.hasNonNull("defaultAction")) {
            program = SeccompProfiles.ofConfig(seccomp, caller.sys().arch());
        }
        for (String flag : Fields.texts(seccomp.path("flags"))) {
            Long bit = FILTER_FLAGS.get(flag);
            if (bit == null) {
                throw Fields.invalid("seccomp flag \"" + flag + "\" is not supported");
            }
            flags |= bit;
        }
        Credentials credentials = new Credentials(
                process,
                new Credentials.Seccomp(program, flags),
                bundle.linux().path("personality").path("domain").asText());
        credentials.check();
        return credentials;
    }

    private void checkLabels(JsonNode process) {
        String profile = process.path("apparmorProfile").asText();
        if (!profile.isEmpty() && !ContainerCgroup.read(APPARMOR).startsWith("Y")) {
            throw Fields.invalid("apparmor is not enabled on this host: process.apparmorProfile \"" + profile + "\"");
        }
        boolean labelled = !process.path("selinuxLabel").asText().isEmpty()
                || !bundle.linux().path("mountLabel").asText().isEmpty();
        if (labelled) {
            throw Fields.invalid("selinux label is specified in config, but selinux is not supported");
        }
    }

    StartPlan plan(BundleState state, Mode mode, Credentials credentials, int fifo) {
        int rootfs = descriptors.tree(bundle.root(), true);
        // Mounts that are made on it must not be made on the host's, too.
        descriptors.attributes(rootfs, 0, 0, 1L << 18, true);
        boolean ownCgroup = bundle.namespaces().containsKey(Kind.CGROUP);
        CgroupView view = new CgroupView(state.cgroupVersion(), ownCgroup, state.cgroup());
        ownStreams(credentials);
        Opened opened = new Opened(
                rootfs,
                descriptors.pass(NullDevice.open(kernel)),
                fifo,
                trees(rootfs, view),
                files(),
                devices(),
                namespaces(),
                hooks(),
                Files.exists(Path.of("/proc/kcore")));
        return new StartPlan(
                bundle,
                mode,
                opened,
                state.group().joinFiles(),
                credentials,
                new Accounts(kernel, rootfs).home(credentials.uid()),
                parentMount(),
                view);
    }

    private Map<Integer, Integer> trees(int rootfs, CgroupView view) {
        Map<Integer, Integer> trees = new HashMap<>();
        List<Mount> mounts = bundle.mounts();
        String root = bundle.linux().path("rootfsPropagation").asText();
        boolean shared = root.endsWith("shared");
        for (int i = 0; i < mounts.size(); i++) {
            Mount mount = mounts.get(i);
            if (mount.bind()) {
                int tree = descriptors.bind(mount, !shared, bundle);
                if (mount.destination().equals("/proc")) {
                    requireProc(tree, mount);
                }
                trees.put(i, tree);
            } else if (mount.options().copyUp()) {
                new CopyUp(caller, rootfs).make(mount).ifPresent(made -> trees.put(mounts.indexOf(mount), made));
            } else if (mount.type().equals("cgroup") && view.version() == 1 && !view.ownNamespace()) {
                for (int k = 0; k < view.own().size(); k++) {
                    trees.put(-1 - k, descriptors.tree(view.own().get(k).path(), true));
                }
            }
        }
        return trees;
    }

    /** Only a procfs may stand for the container's own. */
    private void requireProc(int tree, Mount mount) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block statfs = arena.allocate(120);
            Kernel.check(kernel.sys().call(Syscall.FSTATFS, tree, statfs.address()), "statfs", mount.source());
            if (statfs.bytes().getLong(0) != 0x9fa0) {
                throw Fields.invalid("error mounting \"" + mount.source()
                        + "\" to rootfs at \"/proc\": \"/proc\" cannot be mounted on because it is not of type proc");
            }
        }
    }

    private Set<Integer> files() {
        Set<Integer> files = new HashSet<>();
        List<Mount> mounts = bundle.mounts();
        for (int i = 0; i < mounts.size(); i++) {
            if (mounts.get(i).bind() && !Files.isDirectory(Path.of(mounts.get(i).source()))) {
                files.add(i);
            }
        }
        return files;
    }

    /** Nodes can't be made in a user namespace: the host's are shown. */
    private Map<String, Integer> devices() {
        Map<String, Integer> devices = new HashMap<>();
        if (bundle.namespaces().containsKey(Kind.USER) && Devices.ownDev(bundle)) {
            for (Devices.Node node : Devices.nodes(bundle)) {
                devices.put(node.path(), descriptors.tree(Path.of(node.path()), false));
            }
        }
        return devices;
    }

    private Map<Kind, Integer> namespaces() {
        Map<Kind, Integer> open = new EnumMap<>(Kind.class);
        bundle.namespaces().forEach((kind, namespace) -> namespace.path().ifPresent(path -> {
            if (!Path.of(path).isAbsolute()) {
                throw Fields.invalid("linux.namespaces.path: \"" + path + "\" is not absolute");
            }
            open.put(kind, descriptors.open(Path.of(path), Kernel.O_RDONLY));
        }));
        return open;
    }

    private List<Integer> hooks() {
        JsonNode hooks = bundle.config().path("hooks");
        int count = hooks.path("createContainer").size()
                + hooks.path("startContainer").size();
        if (count > MAX_HOOKS) {
            throw Fields.invalid("more than " + MAX_HOOKS + " hooks are not supported");
        }
        List<Integer> readers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] pipe = kernel.pipe(0);
            readers.add(descriptors.pass(pipe[0]));
            Memfd.number(kernel, pipe[1], hookWriter(i));
            kernel.close(pipe[1]);
        }
        return readers;
    }

    /** The user may open /dev/stdout again. What is not ours to give stays as it is. */
    private void ownStreams(Credentials credentials) {
        long uid = Bundle.onHost(bundle.uidMaps(), credentials.uid());
        if ((uid <= 0 && bundle.uidMaps().isEmpty())
                || bundle.process().path("terminal").asBoolean()) {
            return;
        }
        ownStreams(kernel, uid);
    }

    static void ownStreams(Kernel kernel, long uid) {
        Set<Integer> harmless = Set.of(Errno.EINVAL, Errno.EPERM, Errno.EROFS, Errno.EBADF);
        for (int fd = 0; fd < 3; fd++) {
            if (!isNull(kernel, fd)) {
                long result = kernel.sys().call(Syscall.FCHOWN, fd, uid, -1);
                if (result < 0 && !harmless.contains((int) -result)) {
                    Kernel.check(result, "fchown", "stdio");
                }
            }
        }
    }

    private static boolean isNull(Kernel kernel, int fd) {
        try {
            return NullDevice.is(kernel, fd);
        } catch (RuntimeFault e) {
            return true;
        }
    }

    private Optional<Path> parentMount() {
        try {
            Path best = Path.of("/");
            for (String line : Files.readAllLines(caller.proc("mountinfo"))) {
                Path point = Path.of(line.split(" ")[4].replace("\\040", " "));
                if (bundle.root().startsWith(point) && point.getNameCount() >= best.getNameCount()) {
                    best = point;
                }
            }
            return Optional.of(best);
        } catch (IOException e) {
            throw Fields.invalid("can't read the mounts: " + e.getMessage());
        }
    }
}
