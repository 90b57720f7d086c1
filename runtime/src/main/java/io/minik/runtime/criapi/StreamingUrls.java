package io.minik.runtime.criapi;

import io.minik.runtime.cri.Cri.AttachRequest;
import io.minik.runtime.cri.Cri.ExecRequest;
import io.vertx.core.Future;

/** Where a client finds the streams that it has asked for: URLs of a streaming server, good for one use and for a short time. */
public interface StreamingUrls {
    /** Which streams are joined. */
    record Streams(boolean stdin, boolean stdout, boolean stderr, boolean tty) {}

    Future<String> exec(ExecRequest request, Streams streams);

    Future<String> attach(AttachRequest request, Streams streams);

    /** For any port of the sandbox. */
    Future<String> portForward(String podSandboxId);
}
