package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.oci.StartPlan.CgroupView;
import io.minik.runtime.oci.StartPlan.Mode;
import io.minik.runtime.oci.StartPlan.Opened;
import io.minik.runtime.sys.Arch;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A JVM of one client's own, for where no minik runs: the client is at its standard input and output. */
public final class Alone {
    /** Loads what a client needs and ends as a program does, so that a class archive can be made of it. */
    public static final String REHEARSE = "rehearse";

    private Alone() {}

    /** Ends the process at once: nothing is left to do, and a client that has its answer does not wait for a JVM. */
    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals(REHEARSE)) {
            rehearse();
            return;
        }
        try (FileInputStream in = new FileInputStream(FileDescriptor.in);
                FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            Runc.serve(in.getChannel(), out.getChannel());
        } catch (IOException | RuntimeException e) {
            System.err.println("minik runc: " + e.getMessage());
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0);
    }

    /** Reads a config, makes a tape of it, and writes states: all of a start that needs no kernel. */
    private static void rehearse() {
        ObjectNode config = DefaultSpec.spec();
        config.withObject("/root").put("path", "/");
        Bundle bundle = new Bundle(Path.of("/"), config);
        Credentials credentials = new Credentials(bundle.process(), new Credentials.Seccomp(new byte[0], 0), "");
        credentials.check();
        CgroupTree tree = CgroupTree.read();
        List<CgroupTree.Directory> own = tree.place("/minik-rehearsal", "rehearsal", List.of());
        BundleState state = new BundleState(
                "rehearsal", Path.of("/"), Path.of("/"), 1, 1, "", tree.version(), own, Map.of("a", "b"));
        BundleState.of(state.json()).forHooks(BundleState.Status.CREATED, 1);
        DeviceAccess.rules(bundle);
        StartPlan plan = new StartPlan(
                bundle,
                new Mode(true, false, true, 0),
                new Opened(300, 301, 302, Map.of(), Set.of(), Map.of(), Map.of(), List.of(), true),
                state.group().joinFiles(),
                credentials,
                "/",
                Optional.of(Path.of("/")),
                new CgroupView(tree.version(), true, own));
        InitTape.of(plan).executable(Arch.current());
        ReadingCommands.pretty(Features.json());
        Arguments.parse(List.of("--log", "x", "create", "--bundle", ".", "id"));
        load();
    }

    /** The classes that it did not come to. */
    private static void load() {
        for (String name : List.of(
                "Accounts",
                "AppArmor",
                "ClientProcess",
                "ConsoleSocket",
                "CopyUp",
                "BundleCreation",
                "BundleCreation$Launching",
                "BundleCreation$Created",
                "Descriptors",
                "Ending",
                "Execution",
                "Foreground",
                "Help",
                "HookSteps",
                "HostProcess",
                "HostProcess$Ended",
                "JoinTape",
                "LaterLimits",
                "Loopback",
                "Memfd",
                "Preparation",
                "ReadingCommands",
                "Reports",
                "Runc",
                "RuncLog",
                "StateFolder",
                "Stats",
                "Update")) {
            try {
                Class.forName(Alone.class.getPackageName() + "." + name, true, Alone.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
