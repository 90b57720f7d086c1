package io.minik.server.podsecurity;

/**
 * What one check has against a pod.
 *
 * @param reason short, said of many pods at once: {@code hostPort}
 * @param detail where it is in this pod
 */
record Violation(String reason, String detail) {}
