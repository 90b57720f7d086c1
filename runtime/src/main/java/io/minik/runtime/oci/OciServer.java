package io.minik.runtime.oci;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket where clients of the OCI runtime find a minik that runs, so that none needs a JVM of its own. Whoever can
 * open it is root already: it lies in a folder of root's. One thread accepts, one serves each client as long as that lives.
 */
public final class OciServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OciServer.class);
    /** Clients at once; a foreground run stays one until its container ends. More find their own JVM. */
    private static final int MAX_CLIENTS = 256;

    private static final long IDLE_SECONDS = 10;

    private final Path path;
    private final ServerSocketChannel socket;
    private final ExecutorService clients = new ThreadPoolExecutor(
            0,
            MAX_CLIENTS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> daemon(task, "minik-oci"));
    private final Thread accepting = daemon(this::accept, "minik-oci-accept");

    private OciServer(Path path, ServerSocketChannel socket) {
        this.path = path;
        this.socket = socket;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** @param folder made if it is not there, and root's alone */
    public static OciServer listen(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Path path = folder.resolve("runc.sock");
        Files.deleteIfExists(path);
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(path));
        OciServer server = new OciServer(path, socket);
        server.accepting.start();
        return server;
    }

    private void accept() {
        while (socket.isOpen()) {
            try {
                SocketChannel client = socket.accept();
                hand(client);
            } catch (IOException e) {
                if (socket.isOpen()) {
                    LOG.atWarn().addKeyValue("err", e.getMessage()).log("can't accept a client of the OCI runtime");
                }
            }
        }
    }

    private void hand(SocketChannel client) throws IOException {
        try {
            clients.execute(() -> serve(client));
        } catch (RejectedExecutionException e) {
            // It has connected and must be told: the answer takes no thread for longer than its hello needs.
            client.close();
        }
    }

    private static void serve(SocketChannel client) {
        try (client) {
            Runc.serve(client, client);
        } catch (IOException | RuntimeException e) {
            LOG.atInfo().addKeyValue("err", String.valueOf(e.getMessage())).log("a client of the OCI runtime has gone");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        Files.deleteIfExists(path);
        clients.shutdownNow();
    }
}
