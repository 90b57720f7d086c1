package io.minik.server.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.WatchRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Every write of a story with its time and its bytes, in order: where two lives of a seed part, its lines part first. */
final class Trace implements Store.WatchListener {
    private final SimulatedTime time;
    private final List<String> lines = new ArrayList<>();

    Trace(Store disk, SimulatedTime time) {
        this.time = time;
        Bytes all = Bytes.of(new byte[] {0});
        disk.watch(new WatchRequest(all, all, 1, false), this);
    }

    List<String> lines() {
        return lines;
    }

    /** The most that the story's loop did at a stretch: {@link SimulatedTime#longestWork}. */
    Duration longestWork() {
        return time.longestWork();
    }

    String digest() {
        try {
            byte[] whole = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", lines).getBytes(UTF_8));
            return HexFormat.of().formatHex(whole, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void onEvents(List<Event> events, long revision) {
        for (Event event : events) {
            lines.add(time.instant() + " " + event.revision() + " " + event.type() + " "
                    + event.kv().key().utf8() + " " + event.kv().value().utf8());
        }
    }

    @Override
    public void onEnd(StoreException why) {
        throw new AssertionError("the trace has lost the store", why);
    }
}
