package io.minik.agent.streaming;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** One stream that the client opened. What arrives before anyone listens is kept, up to the session's limit. */
final class SpdyStream implements Outlet {
    private final SpdySession session;
    private final int id;
    private final Map<String, String> headers;
    private final List<Buffer> early = new ArrayList<>();
    private Consumer<Buffer> data = this::keep;
    private Runnable end = () -> {};
    private Runnable reset = () -> {};
    private boolean remoteEnded;
    private boolean localEnded;
    private boolean paused;

    SpdyStream(SpdySession session, int id, Map<String, String> headers) {
        this.session = session;
        this.id = id;
        this.headers = headers;
    }

    /** @param name in lower case */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    void listen(Consumer<Buffer> onData, Runnable onEnd, Runnable onReset) {
        data = onData;
        end = onEnd;
        reset = onReset;
        early.forEach(onData);
        early.clear();
        if (remoteEnded) {
            onEnd.run();
        }
    }

    /** Before anyone listens. */
    void onReset(Runnable action) {
        reset = action;
    }

    /** For a stream that is for nobody. */
    void ignore() {
        data = unheard -> {};
    }

    private void keep(Buffer content) {
        if (session.mayKeep(content.length())) {
            early.add(content);
        } else {
            session.reset(id);
            early.clear();
        }
    }

    void received(Buffer content, boolean last) {
        if (content.length() > 0 && !remoteEnded) {
            data.accept(content);
        }
        if (last && !remoteEnded) {
            remoteEnded = true;
            end.run();
            forgetIfOver();
        }
    }

    void wasReset() {
        remoteEnded = true;
        localEnded = true;
        resume();
        reset.run();
    }

    void pause() {
        if (!paused) {
            paused = true;
            session.pause();
        }
    }

    void resume() {
        if (paused) {
            paused = false;
            session.resume();
        }
    }

    @Override
    public Future<Void> write(Buffer content) {
        return localEnded ? Future.failedFuture("the stream has ended") : session.data(id, content, false);
    }

    @Override
    public boolean full() {
        return session.full();
    }

    @Override
    public void onDrain(Runnable action) {
        session.onDrain(action);
    }

    @Override
    public void end() {
        if (!localEnded) {
            localEnded = true;
            session.data(id, Buffer.buffer(), true).onFailure(error -> session.forget(id));
            forgetIfOver();
        }
    }

    private void forgetIfOver() {
        if (localEnded && remoteEnded) {
            session.forget(id);
        }
    }
}
