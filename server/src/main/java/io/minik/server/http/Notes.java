package io.minik.server.http;

import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Transport;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;

/** Events that the API server itself has to tell of objects. Any thread; nobody waits for them. */
final class Notes {
    private static final String REASON = "NotYet";

    private final Loop loop;
    private final EventRecorder events;

    Notes(Loop loop, Transport transport) {
        this.loop = loop;
        this.events = new EventRecorder(loop, new ApiClient(transport, "minik"), "minik", "");
    }

    void notYet(KubeObject about, String message) {
        loop.run(() -> events.warning(about, REASON, message));
    }
}
