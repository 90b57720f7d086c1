package io.minik.agent.kubelet;

import java.time.Instant;

/** Not before these may a failed sandbox or mount, and a failed resize, be tried again. */
record RetryAt(Instant setup, Instant resize) {}
