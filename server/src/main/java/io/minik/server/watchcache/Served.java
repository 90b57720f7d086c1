package io.minik.server.watchcache;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectMeta;
import io.minik.store.Value;
import org.jspecify.annotations.Nullable;

/** The bytes of a stored object as they are served: made of the store's value, and kept while they are {@link Recent}. */
final class Served implements KubeObject.Source {
    private final Value value;
    private final Recent recent;
    private volatile byte @Nullable [] kept;

    private Served(Value value, Recent recent) {
        this.value = value;
        this.recent = recent;
    }

    /** An object that was just written. */
    static KubeObject written(Value value, KubeObject whole, Recent recent) {
        Served served = new Served(value, recent);
        recent.written(served, whole.bytes());
        return KubeObject.from(served, whole.meta());
    }

    /** An object that was found in the store: its bytes are made when somebody reads them. */
    static KubeObject found(Value value, ObjectMeta head, Recent recent) {
        return KubeObject.from(new Served(value, recent), head);
    }

    /** The same with its bytes, while there is room: what will be read is to be on the heap before writes fill it. */
    static KubeObject found(Value value, KubeObject whole, Recent recent) {
        Served served = new Served(value, recent);
        recent.read(served, whole.bytes());
        return KubeObject.from(served, whole.meta());
    }

    void keep(byte[] bytes) {
        kept = bytes;
    }

    void forget() {
        kept = null;
    }

    @Override
    public byte[] bytes() {
        byte[] present = kept;
        if (present == null) {
            present = StoredForm.spliced(value.read().array(), value.revision());
            recent.read(this, present);
        }
        return present;
    }

    @Override
    public int length() {
        return StoredForm.splicedLength(value.length(), value.revision());
    }
}
