package io.minik.server.flowcontrol;

import io.vertx.core.Promise;

/** A request that waits in a queue. @param flow by whose hash it got there */
record Waiting(long flow, int width, Promise<Void> seated) {}
