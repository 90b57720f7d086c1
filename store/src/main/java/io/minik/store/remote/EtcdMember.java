package io.minik.store.remote;

import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;

/** One member of the cluster, with the connection to it. */
record EtcdMember(EtcdEndpoint endpoint, GrpcClient grpc) {
    /** A page of values comes as one message; etcd's own client knows no bound. */
    private static final long MAX_MESSAGE_BYTES = 512L << 20;

    private static final int STREAM_WINDOW_BYTES = 1 << 20;
    private static final int CONNECTION_WINDOW_BYTES = 16 << 20;

    static EtcdMember of(Vertx vertx, RemoteConfig config, EtcdEndpoint endpoint) {
        HttpClientOptions http = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setDefaultHost(endpoint.host())
                .setDefaultPort(endpoint.port())
                .setConnectTimeout(Deadlines.CONNECT_MILLIS)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(STREAM_WINDOW_BYTES))
                .setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES);
        if (endpoint.tls()) {
            http.setSsl(true).setUseAlpn(true).setVerifyHost(true);
            config.trust().ifPresent(http::setTrustOptions);
            config.identity().ifPresent(http::setKeyCertOptions);
        }
        GrpcClientOptions options = new GrpcClientOptions().setMaxMessageSize(MAX_MESSAGE_BYTES);
        return new EtcdMember(endpoint, GrpcClient.client(vertx, options, http));
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
