package io.minik.server.encryption;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** All providers of a resource in their order: the first one's first key seals, whichever a value names opens it. */
final class Providers {
    /** Every sealed value begins so. */
    static final byte[] SEALED = "k8s:enc:".getBytes(StandardCharsets.UTF_8);

    private final List<Provider> all;

    Providers(List<Provider> all) {
        this.all = List.copyOf(all);
    }

    /**
     * @param prefix of all its values; empty: it leaves them as they are
     * @param otherwise what is said of a value with its prefix that none of the keys is named in
     */
    record Provider(byte[] prefix, List<Key> keys, String otherwise) {
        /** Leaves values as they are, and does not take sealed ones for such. */
        static final Provider IDENTITY = new Provider(new byte[0], List.of(), "");

        /** @param prefix the provider's and its own */
        record Key(byte[] prefix, Sealing sealing) {}

        boolean identity() {
            return prefix.length == 0;
        }
    }

    byte[] seal(byte[] plain, byte[] context) {
        Provider first = all.get(0);
        if (first.identity()) {
            return plain;
        }
        Provider.Key key = first.keys().get(0);
        try {
            byte[] sealed = key.sealing().seal(plain, context);
            byte[] whole = Arrays.copyOf(key.prefix(), key.prefix().length + sealed.length);
            System.arraycopy(sealed, 0, whole, key.prefix().length, sealed.length);
            return whole;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("can't seal: " + e.getMessage(), e);
        }
    }

    /** @throws GeneralSecurityException in upstream's words */
    byte[] open(byte[] stored, byte[] context) throws GeneralSecurityException {
        String why = "no matching prefix found";
        for (Provider provider : all) {
            if (provider.identity()) {
                if (!isSealed(stored)) {
                    return stored;
                }
                continue;
            }
            if (!startsWith(stored, provider.prefix())) {
                continue;
            }
            why = provider.otherwise();
            for (Provider.Key key : provider.keys()) {
                if (startsWith(stored, key.prefix())) {
                    try {
                        return key.sealing().open(rest(stored, key), context);
                    } catch (GeneralSecurityException e) {
                        why = String.valueOf(e.getMessage());
                    }
                }
            }
        }
        throw new GeneralSecurityException(why);
    }

    /** Whether it would be sealed in the same way today. */
    boolean fresh(byte[] stored) {
        Provider first = all.get(0);
        return first.identity()
                ? !isSealed(stored)
                : startsWith(stored, first.keys().get(0).prefix())
                        && first.keys()
                                .get(0)
                                .sealing()
                                .fresh(rest(stored, first.keys().get(0)));
    }

    private static byte[] rest(byte[] stored, Provider.Key key) {
        return Arrays.copyOfRange(stored, key.prefix().length, stored.length);
    }

    /** Where somebody must be asked before a value can be opened: when that is done. */
    Optional<Future<Void>> learn(byte[] stored) {
        for (Provider provider : all) {
            for (Provider.Key key : provider.keys()) {
                if (startsWith(stored, key.prefix())) {
                    Optional<Future<Void>> asked = key.sealing().learn(rest(stored, key));
                    if (asked.isPresent()) {
                        return asked;
                    }
                }
            }
        }
        return Optional.empty();
    }

    static boolean isSealed(byte[] stored) {
        return startsWith(stored, SEALED);
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
