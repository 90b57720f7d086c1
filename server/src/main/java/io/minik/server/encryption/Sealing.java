package io.minik.server.encryption;

import io.vertx.core.Future;
import java.security.GeneralSecurityException;
import java.util.Optional;

/** One way to seal bytes with one key. Pure; any thread. */
interface Sealing {
    /** @param context what the bytes belong to: a value that is moved to another key does not open there */
    byte[] seal(byte[] plain, byte[] context) throws GeneralSecurityException;

    /** @throws GeneralSecurityException in upstream's words, if it was not sealed so */
    byte[] open(byte[] sealed, byte[] context) throws GeneralSecurityException;

    /** Whether it would be sealed with the same key today. */
    default boolean fresh(byte[] sealed) {
        return true;
    }

    /** Where somebody must be asked before it can be opened: when that is done. */
    default Optional<Future<Void>> learn(byte[] sealed) {
        return Optional.empty();
    }
}
