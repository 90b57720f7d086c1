package io.minik.store.etcdapi;

import io.minik.store.etcdfile.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * How snapshots are made to be sent.
 *
 * @param directory where; what is left there ends in .tmp
 * @param tables what they have beside the store's content, asked on a worker
 */
public record SnapshotFiles(Path directory, Callable<List<Table>> tables) {
    public static SnapshotFiles in(Path directory) {
        return new SnapshotFiles(directory, List::of);
    }
}
