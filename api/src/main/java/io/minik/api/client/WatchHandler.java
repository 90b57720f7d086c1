package io.minik.api.client;

import io.minik.api.meta.ApiException;
import java.util.Optional;

/** Called on the context that started the watch. */
public interface WatchHandler {
    void onEvent(WatchEvent event);

    /** Once, last. Empty: the server ended it in peace (timeout); else why (410 Expired: list again). */
    void onEnd(Optional<ApiException> why);
}
