package io.minik.server.encryption;

import io.minik.api.meta.Resource;
import io.minik.server.watchcache.StorageKeys;
import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import io.minik.store.Value;
import io.minik.store.WatchRequest;
import io.vertx.core.Future;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The store as the API server sees it: values of some resources are sealed when they are put, and opened when they are read. What
 * can't be opened fails with {@link StoreException.Unreadable}, in an event it comes as it is stored.
 *
 * <p>Any thread. What a transaction answers besides its revision is as it is stored: nobody above asks for it.
 */
public final class EncryptedStore implements Store {
    /** Keys that are gone through at once. */
    private static final long PAGE = 1000;

    private final Store inner;
    /** Folders of Kubernetes' own resources: others begin with their group. */
    private final Map<String, Resource> folders = new HashMap<>();

    private volatile Sealed sealed = new Sealed(EncryptionConfig.NONE);

    /** A configuration, with what it says of each folder that was asked for. */
    private record Sealed(EncryptionConfig config, Map<String, Optional<Providers>> byFolder) {
        Sealed(EncryptionConfig config) {
            this(config, new ConcurrentHashMap<>());
        }
    }

    /** @param own all resources that Kubernetes itself stores */
    public EncryptedStore(Store inner, Collection<Resource> own) {
        this.inner = inner;
        own.forEach(resource -> folders.put(StorageKeys.folder(resource), resource));
    }

    /** From now on: values stay as they are until they are written again. */
    public void use(EncryptionConfig config) {
        sealed = new Sealed(config);
    }

    /** Asks whoever must be asked before what is stored can be opened; succeeds when all have answered. */
    public Future<Void> learn() {
        if (!sealed.config.isRemote()) {
            return Future.succeededFuture();
        }
        Bytes root = Bytes.utf8(StorageKeys.ROOT);
        return throughPages(root, root.prefixEnd(), keys -> {
            List<Future<Void>> asked = new ArrayList<>();
            for (KeyValue kv : keys) {
                of(kv.key())
                        .flatMap(providers -> inner.value(kv)
                                .flatMap(value -> providers.learn(value.read().array())))
                        .ifPresent(asked::add);
            }
            return Future.join(asked).mapEmpty();
        });
    }

    /** As they are now, each page at its own time. */
    private Future<Void> throughPages(Bytes from, Bytes end, Function<List<KeyValue>, Future<Void>> step) {
        return inner.page(new RangeRequest(from, end, 0, PAGE, false, false)).compose(page -> {
            Future<Void> done = step.apply(page.kvs());
            if (!page.more()) {
                return done;
            }
            Bytes last = page.kvs().get(page.kvs().size() - 1).key();
            return done.compose(
                    unused -> throughPages(Bytes.of(Arrays.copyOf(last.array(), last.length() + 1)), end, step));
        });
    }

    private Optional<Providers> of(Bytes key) {
        Sealed present = sealed;
        if (present.config.isEmpty()) {
            return Optional.empty();
        }
        String text = key.utf8();
        if (!text.startsWith(StorageKeys.ROOT)) {
            return Optional.empty();
        }
        int start = StorageKeys.ROOT.length();
        int slash = text.indexOf('/', start);
        if (slash < 0) {
            return Optional.empty();
        }
        String folder = text.substring(start, slash);
        if (!folders.containsKey(folder)) {
            int second = text.indexOf('/', slash + 1);
            folder = second < 0 ? folder : text.substring(start, second);
        }
        return present.byFolder.computeIfAbsent(folder, each -> providers(present.config, each));
    }

    private Optional<Providers> providers(EncryptionConfig config, String folder) {
        Resource own = folders.get(folder);
        if (own != null) {
            return config.of(own.group(), own.plural());
        }
        int slash = folder.indexOf('/');
        return slash < 0 ? Optional.empty() : config.of(folder.substring(0, slash), folder.substring(slash + 1));
    }

    @SuppressWarnings("ReferenceEquality") // What was not sealed comes back as itself.
    private static Bytes open(Providers providers, Bytes key, Bytes stored) {
        try {
            byte[] opened = providers.open(stored.array(), key.array());
            return opened == stored.array() ? stored : Bytes.of(opened);
        } catch (GeneralSecurityException e) {
            throw new StoreException.Unreadable(key, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Future<RangeResult> range(RangeRequest request) {
        Future<RangeResult> found = inner.range(request);
        return request.keysOnly() || request.countOnly() || sealed.config.isEmpty() ? found : found.map(this::opened);
    }

    private RangeResult opened(RangeResult result) {
        List<KeyValue> kvs = new ArrayList<>(result.kvs().size());
        for (KeyValue kv : result.kvs()) {
            kvs.add(of(kv.key())
                    .map(providers -> with(kv, open(providers, kv.key(), kv.value())))
                    .orElse(kv));
        }
        return new RangeResult(kvs, result.count(), result.more(), result.revision());
    }

    private static KeyValue with(KeyValue kv, Bytes value) {
        return new KeyValue(kv.key(), value, kv.createRevision(), kv.modRevision(), kv.version(), kv.lease());
    }

    /** As they are stored: opened when they are read. */
    @Override
    public Future<RangeResult> page(RangeRequest request) {
        return inner.page(request);
    }

    @Override
    public Optional<Value> value(Bytes key, long modRevision) {
        return opened(key, inner.value(key, modRevision));
    }

    @Override
    public Optional<Value> value(KeyValue read) {
        return opened(read.key(), inner.value(read));
    }

    private Optional<Value> opened(Bytes key, Optional<Value> stored) {
        return of(key).isEmpty() ? stored : stored.map(value -> new Opened(this, key, value));
    }

    /** Opened whenever it is read, by the providers of then. */
    private static final class Opened implements Value {
        private final EncryptedStore store;
        private final Bytes key;
        private final Value stored;
        /** -1 until it was read: a seal does not tell how long what it holds is. */
        private volatile int length = -1;

        Opened(EncryptedStore store, Bytes key, Value stored) {
            this.store = store;
            this.key = key;
            this.stored = stored;
        }

        @Override
        public long revision() {
            return stored.revision();
        }

        @Override
        public int length() {
            int known = length;
            return known >= 0 ? known : read().length();
        }

        @Override
        public Bytes read() {
            Bytes value = stored.read();
            Bytes opened =
                    store.of(key).map(providers -> open(providers, key, value)).orElse(value);
            length = opened.length();
            return opened;
        }

        @Override
        public boolean stale() {
            return store.of(key)
                    .map(providers -> !providers.fresh(stored.read().array()))
                    .orElse(false);
        }
    }

    @Override
    public Future<TxnResult> txn(Txn txn) {
        return inner.txn(sealed.config.isEmpty() ? txn : sealed(txn));
    }

    private Txn sealed(Txn txn) {
        return new Txn(txn.compares(), sealed(txn.success()), sealed(txn.failure()), txn.sync());
    }

    private List<Op> sealed(List<Op> ops) {
        List<Op> all = new ArrayList<>(ops.size());
        for (Op op : ops) {
            if (op instanceof Op.Put put && !put.ignoreValue()) {
                all.add(of(put.key()).map(providers -> seal(providers, put)).orElse(put));
            } else if (op instanceof Op.Nested nested) {
                all.add(new Op.Nested(sealed(nested.txn())));
            } else {
                all.add(op);
            }
        }
        return all;
    }

    private static Op.Put seal(Providers providers, Op.Put put) {
        Bytes value = Bytes.of(providers.seal(put.value().array(), put.key().array()));
        return new Op.Put(put.key(), value, put.lease(), put.wantPrevious(), false, put.ignoreLease());
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return inner.watch(request, new WatchListener() {
            @Override
            public void onEvents(List<Event> events, long revision) {
                listener.onEvents(
                        sealed.config.isEmpty()
                                ? events
                                : events.stream()
                                        .map(EncryptedStore.this::opened)
                                        .toList(),
                        revision);
            }

            @Override
            public void onEnd(StoreException why) {
                listener.onEnd(why);
            }
        });
    }

    private Event opened(Event event) {
        if (event.type() != Event.Type.PUT) {
            return event;
        }
        KeyValue kv = event.kv();
        Optional<Providers> providers = of(kv.key());
        if (providers.isEmpty()) {
            return event;
        }
        try {
            return new Event(event.type(), with(kv, open(providers.get(), kv.key(), kv.value())), event.previous());
        } catch (StoreException.Unreadable asItIsStored) {
            return event;
        }
    }

    /** What a pass over a folder did. @param failed could not be opened, and was left as it is */
    public record Rewritten(long looked, long written, long failed) {
        public Rewritten plus(Rewritten more) {
            return new Rewritten(looked + more.looked, written + more.written, failed + more.failed);
        }
    }

    /**
     * Writes every value of a resource anew that is not sealed as it would be today. One after the other; what somebody else writes
     * meanwhile is sealed by that.
     *
     * @param progress hears of each value
     */
    public Future<Void> rewrite(Resource resource, Consumer<Rewritten> progress) {
        Bytes folder = Bytes.utf8(StorageKeys.prefix(resource));
        if (of(folder).isEmpty()) {
            return Future.succeededFuture();
        }
        return throughPages(folder, folder.prefixEnd(), keys -> rewrite(keys, 0, progress));
    }

    private Future<Void> rewrite(List<KeyValue> keys, int at, Consumer<Rewritten> progress) {
        for (int next = at; next < keys.size(); next++) {
            KeyValue kv = keys.get(next);
            Optional<Value> stale = value(kv).filter(Value::stale);
            Optional<Bytes> plain = stale.flatMap(EncryptedStore::readable);
            if (plain.isEmpty()) {
                progress.accept(new Rewritten(1, 0, stale.isPresent() ? 1 : 0));
                continue;
            }
            int after = next + 1;
            return txn(Txn.of(
                            List.of(Compare.modRevision(kv.key(), Compare.Result.EQUAL, kv.modRevision())),
                            List.of(new Op.Put(kv.key(), plain.get(), 0, false, false, true)),
                            List.of()))
                    .compose(result -> {
                        progress.accept(new Rewritten(1, result.succeeded() ? 1 : 0, 0));
                        return rewrite(keys, after, progress);
                    });
        }
        return Future.succeededFuture();
    }

    private static Optional<Bytes> readable(Value value) {
        try {
            return Optional.of(value.read());
        } catch (StoreException.Unreadable e) {
            return Optional.empty();
        }
    }

    @Override
    public Future<Void> compact(long revision) {
        return inner.compact(revision);
    }

    @Override
    public Future<Lease> grantLease(long id, long ttlSeconds) {
        return inner.grantLease(id, ttlSeconds);
    }

    @Override
    public Future<Void> revokeLease(long id) {
        return inner.revokeLease(id);
    }

    @Override
    public Future<Lease> keepLeaseAlive(long id) {
        return inner.keepLeaseAlive(id);
    }

    @Override
    public Future<LeaseStatus> leaseStatus(long id) {
        return inner.leaseStatus(id);
    }

    @Override
    public Future<List<Long>> leases() {
        return inner.leases();
    }

    @Override
    public Future<Long> readRevision() {
        return inner.readRevision();
    }

    @Override
    public StoreStatus status() {
        return inner.status();
    }

    @Override
    public Future<Void> ended() {
        return inner.ended();
    }

    @Override
    public long busyMillis() {
        return inner.busyMillis();
    }

    @Override
    public Future<Void> close() {
        return inner.close();
    }
}
