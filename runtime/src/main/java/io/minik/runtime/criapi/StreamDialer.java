package io.minik.runtime.criapi;

import io.minik.runtime.cri.Connection;
import io.minik.runtime.cri.Session;
import io.vertx.core.Future;

/** Opens the streams behind the URLs that a runtime gives. */
public interface StreamDialer {
    /** A process, as exec and attach give it. */
    Future<Session> session(String url, StreamingUrls.Streams streams);

    /** One connection to a port inside a sandbox. */
    Future<Connection> connect(String url, int port);
}
