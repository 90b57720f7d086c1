package io.minik.ground.tls;

/** Bytes that are not the key, certificate or request that they should be, or a signature that does not hold. */
public final class X509Exception extends RuntimeException {
    public X509Exception(String message) {
        super(message);
    }

    public X509Exception(String message, Throwable cause) {
        super(message, cause);
    }
}
