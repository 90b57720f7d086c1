package io.minik.agent.streaming;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.NetSocket;
import java.util.function.Consumer;

/** What carries SPDY's bytes: an upgraded connection, or the binary messages of a WebSocket. */
interface SpdyCarrier {
    Future<Void> write(Buffer data);

    boolean full();

    void onDrain(Runnable action);

    void onData(Consumer<Buffer> data);

    void onClose(Runnable action);

    void pause();

    void resume();

    Future<Void> close();

    static SpdyCarrier of(NetSocket socket) {
        Drains drains = new Drains();
        socket.drainHandler(ignored -> drains.run());
        return new SpdyCarrier() {
            @Override
            public Future<Void> write(Buffer data) {
                return socket.write(data);
            }

            @Override
            public boolean full() {
                return socket.writeQueueFull();
            }

            @Override
            public void onDrain(Runnable action) {
                drains.add(action);
            }

            @Override
            public void onData(Consumer<Buffer> data) {
                socket.handler(data::accept);
            }

            @Override
            public void onClose(Runnable action) {
                socket.closeHandler(ignored -> action.run());
            }

            @Override
            public void pause() {
                socket.pause();
            }

            @Override
            public void resume() {
                socket.resume();
            }

            @Override
            public Future<Void> close() {
                return socket.close();
            }
        };
    }

    static SpdyCarrier of(ServerWebSocket socket) {
        Drains drains = new Drains();
        socket.drainHandler(ignored -> drains.run());
        return new SpdyCarrier() {
            @Override
            public Future<Void> write(Buffer data) {
                return socket.writeBinaryMessage(data);
            }

            @Override
            public boolean full() {
                return socket.writeQueueFull();
            }

            @Override
            public void onDrain(Runnable action) {
                drains.add(action);
            }

            @Override
            public void onData(Consumer<Buffer> data) {
                socket.binaryMessageHandler(data::accept);
            }

            @Override
            public void onClose(Runnable action) {
                socket.closeHandler(ignored -> action.run());
            }

            @Override
            public void pause() {
                socket.pause();
            }

            @Override
            public void resume() {
                socket.resume();
            }

            @Override
            public Future<Void> close() {
                return socket.close();
            }
        };
    }
}
