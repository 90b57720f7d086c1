package io.minik.ground.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.VertxConnection;

/**
 * Lets a POST ask for an upgrade, as kubectl did with SPDY up to 1.30: Vert.x upgrades GET alone, so such a POST, which has
 * no body, is handed on as a GET that is marked: {@link #asked} still tells that it was a POST.
 */
public final class UpgradeByPost extends ChannelInboundHandlerAdapter {
    /** Vert.x' own handler in its pipeline, which must come after us. */
    private static final String VERTX_HANDLER = "handler";

    /** Ours alone: what a client sends under this name is removed. */
    private static final String MARK = "minik-upgrade-by-post";

    private UpgradeByPost() {}

    /** For a server's connection handler. */
    public static void allow(HttpConnection connection) {
        if (connection instanceof VertxConnection internal) {
            ChannelPipeline pipeline = internal.channelHandlerContext().pipeline();
            boolean http1 = pipeline.get(HttpRequestDecoder.class) != null;
            if (http1 && pipeline.get(VERTX_HANDLER) != null) {
                pipeline.addBefore(VERTX_HANDLER, MARK, new UpgradeByPost());
            }
        }
    }

    /** The method that the client sent. Upgrades are HTTP/1.1's, and only there is the mark ours. */
    public static String asked(HttpServerRequest request) {
        boolean marked =
                request.version() == HttpVersion.HTTP_1_1 && request.headers().contains(MARK);
        return marked ? HttpMethod.POST.name() : request.method().name();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpRequest request) {
            request.headers().remove(MARK);
            if (request.method().equals(HttpMethod.POST) && request.headers().contains(HttpHeaderNames.UPGRADE)) {
                request.setMethod(HttpMethod.GET);
                request.headers().set(MARK, "");
            }
        }
        super.channelRead(context, message);
    }
}
