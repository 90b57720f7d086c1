package io.minik.store.etcdfile;

import com.google.protobuf.InvalidProtocolBufferException;
import io.minik.store.Retained;
import io.minik.store.Store;
import io.minik.store.bbolt.BoltReader;
import io.minik.store.bbolt.DamagedFile;
import io.minik.store.etcdapi.proto.StoredForms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A snapshot file that is read: one of ours or of etcd's, or the database itself out of an etcd's data directory. */
public final class SnapshotFile implements AutoCloseable {
    /** Leases are held whole: more of them than a cluster of a thousand nodes has. */
    private static final int MOST_LEASES = 100_000;

    private final BoltReader bolt;

    private SnapshotFile(BoltReader bolt) {
        this.bolt = bolt;
    }

    /**
     * @param checksum whether the file must end with its checksum, and be what it says
     * @throws DamagedFile if it is none
     */
    public static SnapshotFile open(Path file, boolean checksum) throws IOException {
        BoltReader bolt = new BoltReader(file);
        try {
            if (checksum) {
                Checksum.check(file);
            }
            return new SnapshotFile(bolt);
        } catch (IOException refused) {
            bolt.close();
            throw refused;
        }
    }

    /** @param revision the newest; @param compacted 0 if nothing was */
    public record Summary(long revision, long compacted, long changes) {}

    /** What is called with each change, oldest first. */
    public interface Changes {
        void accept(Retained change) throws IOException;
    }

    /** Reads all of it once. */
    public Summary summary() throws IOException {
        long[] found = {1, 0};
        forEach((revision, change) -> {
            found[0] = revision;
            found[1] += change.isPresent() ? 1 : 0;
        });
        long compacted = Math.max(metaRevision("finishedCompactRev"), metaRevision("scheduledCompactRev"));
        return new Summary(Math.max(found[0], compacted), compacted, found[1]);
    }

    private long metaRevision(String name) throws IOException {
        Optional<byte[]> value = row("meta", SnapshotWriting.ascii(name));
        return value.isEmpty() ? 0 : RevisionRecord.revision(value.get());
    }

    public void forEach(Changes changes) throws IOException {
        forEach((revision, change) -> {
            if (change.isPresent()) {
                changes.accept(change.get());
            }
        });
    }

    private interface Records {
        /** @param change empty: it only tells the revision */
        void accept(long revision, Optional<Retained> change) throws IOException;
    }

    private void forEach(Records records) throws IOException {
        byte[] mark = SnapshotWriting.markValue();
        byte[][] before = {new byte[0]};
        bolt.forEach("key", (key, value) -> {
            if (Arrays.compareUnsigned(before[0], key) >= 0) {
                throw new DamagedFile("its revisions are in no order");
            }
            before[0] = key;
            boolean marks = key.length > RevisionRecord.KEY_BYTES && Arrays.equals(value, mark);
            records.accept(
                    RevisionRecord.revision(key),
                    marks ? Optional.empty() : Optional.of(RevisionRecord.read(key, value)));
            return true;
        });
    }

    public List<Store.Lease> leases() throws IOException {
        List<Store.Lease> leases = new ArrayList<>();
        bolt.forEach("lease", (key, value) -> {
            if (leases.size() >= MOST_LEASES) {
                throw new DamagedFile("it has more than " + MOST_LEASES + " leases");
            }
            leases.add(lease(key, value));
            return true;
        });
        return leases;
    }

    private static Store.Lease lease(byte[] key, byte[] value) throws DamagedFile {
        try {
            StoredForms.LeaseRecord lease = StoredForms.LeaseRecord.parseFrom(value);
            if (key.length == Long.BYTES
                    && ByteBuffer.wrap(key).getLong() == lease.getID()
                    && lease.getID() != 0
                    && lease.getTTL() > 0) {
                long left = lease.getRemainingTTL();
                return new Store.Lease(
                        lease.getID(), lease.getTTL(), left > 0 && left < lease.getTTL() ? left : lease.getTTL());
            }
        } catch (InvalidProtocolBufferException unreadable) {
            // The error below tells of it.
        }
        throw new DamagedFile("a lease of it can't be read");
    }

    /** What is called with the value of each row. */
    public interface Values {
        void accept(byte[] value) throws IOException;
    }

    public void forEachRow(String bucket, Values values) throws IOException {
        bolt.forEach(bucket, (key, value) -> {
            values.accept(value);
            return true;
        });
    }

    /** One row of a bucket. */
    public Optional<byte[]> row(String bucket, byte[] key) throws IOException {
        byte[][] found = new byte[1][];
        bolt.forEach(bucket, (name, value) -> {
            if (Arrays.equals(name, key)) {
                found[0] = value;
            }
            return found[0] == null;
        });
        return Optional.ofNullable(found[0]);
    }

    @Override
    public void close() throws IOException {
        bolt.close();
    }
}
