package io.minik.ground.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket08FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/** What stands in a connection's pipeline and tells its guard of bytes that no handler has heard of yet. */
final class UnfinishedBytes {
    private UnfinishedBytes() {}

    /** Stands before HTTP/1's decoder, which says nothing until headers are whole. HTTP/2's has bounds of its own. */
    static final class OfHeaders extends ChannelInboundHandlerAdapter {
        private final Connections.Guard guard;

        OfHeaders(Connections.Guard guard) {
            this.guard = guard;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (message instanceof ByteBuf bytes) {
                if (guard.busy() && context.pipeline().get(WebSocket08FrameDecoder.class) != null) {
                    guard.frame(bytes.readableBytes());
                } else {
                    guard.header(bytes.readableBytes());
                }
            }
            super.channelRead(context, message);
        }
    }

    /** Stands behind the decoder of WebSockets, once there is one. */
    static final class WholeFrames extends ChannelInboundHandlerAdapter {
        private final Connections.Guard guard;

        WholeFrames(Connections.Guard guard) {
            this.guard = guard;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (message instanceof WebSocketFrame) {
                guard.frameWhole();
            }
            if (message instanceof PingWebSocketFrame ping && !context.channel().isWritable()) {
                // Who does not read the answers gets no more of them: they would wait in memory.
                ping.release();
            } else {
                super.channelRead(context, message);
            }
        }
    }
}
