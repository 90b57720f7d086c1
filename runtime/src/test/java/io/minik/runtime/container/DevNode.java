package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * Runs one busybox container by hand: {@code DevNode DIRECTORY sh -c 'echo hello'}. Prints its id and pid, then its log's
 * path, and waits until it is killed: what it started goes on, and a second run with {@code adopt} finds it.
 */
public final class DevNode {
    private DevNode() {}

    public static void main(String[] arguments) throws Exception {
        Path dir = Path.of(arguments[0]);
        TestNode node = new TestNode(dir, new TestNode.NoNetwork());
        if (!arguments[1].equals("adopt")) {
            await(node.sandboxes.run(TestNode.pod("dev")));
            await(node.containers.create(
                    node.config("dev", "dev-1", Arrays.copyOfRange(arguments, 1, arguments.length))));
            await(node.containers.start("dev-1"));
        }
        for (Containers.Container container : await(node.containers.list())) {
            System.out.println("container " + container.id() + " " + container.state() + " " + container.pid() + " "
                    + container.config().stdio().log().path());
        }
        Thread.currentThread().join();
    }
}
