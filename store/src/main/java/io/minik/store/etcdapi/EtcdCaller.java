package io.minik.store.etcdapi;

import org.jspecify.annotations.Nullable;

/** Who calls. @param user null: nobody said, or nobody is asked */
record EtcdCaller(@Nullable String user) {
    static final EtcdCaller UNKNOWN = new EtcdCaller(null);
}
