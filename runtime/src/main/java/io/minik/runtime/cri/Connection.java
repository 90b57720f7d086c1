package io.minik.runtime.cri;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;

/**
 * Two directions of bytes.
 *
 * @param in ends when the peer has sent all
 * @param out ending it sends the rest and tells the peer so
 * @param close drops both directions at once
 */
public record Connection(ReadStream<Buffer> in, WriteStream<Buffer> out, Runnable close) {}
