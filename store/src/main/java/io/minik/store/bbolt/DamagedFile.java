package io.minik.store.bbolt;

import java.io.IOException;

/** What is read is no database, or not all of one. */
public final class DamagedFile extends IOException {
    private static final long serialVersionUID = 1;

    public DamagedFile(String what) {
        super(what);
    }
}
