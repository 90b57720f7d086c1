package io.minik.server.request;

import io.minik.server.authn.User;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * Who asks, and what he still hears.
 *
 * @param manager who he writes as, in managedFields
 * @param audit takes annotations for the audit log
 * @param gone whether nobody waits for the answer any more: then nothing is begun for him that is not begun yet
 * @param onBehalf whether the server writes what follows from a request that was admitted as a whole: those whom users configure
 *     were asked of that one
 */
public record Requester(
        User user, String manager, BiConsumer<String, String> audit, BooleanSupplier gone, boolean onBehalf) {
    /** Who the server writes as where nobody asked for the write itself. */
    private static final String SELF = "minik";

    public Requester(User user, String manager, BiConsumer<String, String> audit, BooleanSupplier gone) {
        this(user, manager, audit, gone, false);
    }

    /** A room of this process. */
    public static Requester room(User user) {
        return new Requester(user, SELF, (key, value) -> {}, () -> false);
    }

    /** The same, where the server writes on his behalf: his own request is in the log already. */
    Requester served() {
        return new Requester(user, SELF, (key, value) -> {}, gone, true);
    }
}
