package io.minik.ground.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * The unfinished TLS handshakes of one server, over all its loops: a counter of connections hears of a connection only after them.
 * The oldest makes room for the newest, so that who says nothing keeps nobody out. Any thread.
 */
final class Handshakes {
    /** As many as strangers: a handshake takes milliseconds, so that even a full cluster's restart has fewer under way. */
    static final int MOST = 256;

    private final int most;
    private final Set<Channel> open = new LinkedHashSet<>();

    Handshakes(int most) {
        this.most = most;
    }

    /** @param made what Vert.x would take itself */
    SslContextFactory counting(SslContextFactory made) {
        return new Counting(made);
    }

    int size() {
        synchronized (open) {
            return open.size();
        }
    }

    private void began(Channel channel) {
        Channel late = null;
        synchronized (open) {
            open.add(channel);
            if (open.size() > most) {
                Iterator<Channel> oldest = open.iterator();
                late = oldest.next();
                oldest.remove();
            }
        }
        if (late != null) {
            late.close();
        }
    }

    private void ended(Channel channel) {
        synchronized (open) {
            open.remove(channel);
        }
    }

    private final class Counting implements SslContextFactory {
        private final SslContextFactory made;

        Counting(SslContextFactory made) {
            this.made = made;
        }

        @Override
        public SslContextFactory useAlpn(boolean use) {
            made.useAlpn(use);
            return this;
        }

        @Override
        public SslContextFactory clientAuth(ClientAuth auth) {
            made.clientAuth(auth);
            return this;
        }

        @Override
        public SslContextFactory forClient(boolean client) {
            made.forClient(client);
            return this;
        }

        @Override
        public SslContextFactory keyMananagerFactory(KeyManagerFactory keys) {
            made.keyMananagerFactory(keys);
            return this;
        }

        @Override
        public SslContextFactory trustManagerFactory(TrustManagerFactory trust) {
            made.trustManagerFactory(trust);
            return this;
        }

        @Override
        public SslContextFactory enabledCipherSuites(Set<String> suites) {
            made.enabledCipherSuites(suites);
            return this;
        }

        @Override
        public SslContextFactory applicationProtocols(List<String> protocols) {
            made.applicationProtocols(protocols);
            return this;
        }

        @Override
        public SslContextFactory serverName(String name) {
            made.serverName(name);
            return this;
        }

        @Override
        public SslContext create() throws SSLException {
            return new Counted(made.create());
        }
    }

    private final class Counted extends DelegatingSslContext {
        Counted(SslContext context) {
            super(context);
        }

        @Override
        protected void initEngine(SSLEngine engine) {
            // Vert.x' own context around this one does.
        }

        /** The engine as the context makes it for a handler of its own, in a handler that tells when it starts. */
        @Override
        protected SslHandler newHandler(ByteBufAllocator buffers, boolean startTls, Executor tasks) {
            return new Handshake(super.newHandler(buffers, startTls, tasks).engine(), startTls, tasks);
        }

        @Override
        protected SslHandler newHandler(
                ByteBufAllocator buffers, String host, int port, boolean startTls, Executor tasks) {
            return new Handshake(
                    super.newHandler(buffers, host, port, startTls, tasks).engine(), startTls, tasks);
        }
    }

    private final class Handshake extends SslHandler {
        Handshake(SSLEngine engine, boolean startTls, Executor tasks) {
            super(engine, startTls, tasks);
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) throws Exception {
            super.handlerAdded(context);
            Channel channel = context.channel();
            began(channel);
            // It fails when the connection closes before.
            handshakeFuture().addListener(unused -> ended(channel));
        }
    }
}
