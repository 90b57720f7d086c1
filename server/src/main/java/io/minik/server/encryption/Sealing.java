package io.minik.server.encryption;

import java.security.GeneralSecurityException;

/** One way to seal bytes with one key. Pure; any thread. */
interface Sealing {
    /** @param context what the bytes belong to: a value that is moved to another key does not open there */
    byte[] seal(byte[] plain, byte[] context) throws GeneralSecurityException;

    /** @throws GeneralSecurityException in upstream's words, if it was not sealed so */
    byte[] open(byte[] sealed, byte[] context) throws GeneralSecurityException;
}
