package io.minik.store.etcdapi;

import io.minik.store.Event;
import io.minik.store.etcdapi.proto.Kv;
import java.util.List;

/**
 * Makes messages of a batch once for all watches of a range: the store hands them the same list, one after the other. The
 * server's event loop's.
 */
final class EventEncoding {
    private List<Event> lastEvents = List.of();
    private List<Kv.Event> lastEncoded = List.of();

    // The list itself is asked for, not one that is equal to it.
    @SuppressWarnings("ReferenceEquality")
    List<Kv.Event> of(List<Event> events) {
        if (events != lastEvents) {
            lastEncoded = events.stream().map(EtcdMessages::event).toList();
            lastEvents = events;
        }
        return lastEncoded;
    }
}
