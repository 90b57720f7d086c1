package io.minik.api.schema;

import java.util.Set;

/**
 * A subresource of a kind: {@code status}, {@code scale}, {@code exec}, ….
 *
 * @param group of what it takes, as is {@code version} and {@code kind}: autoscaling/v1 Scale, policy/v1 Eviction
 * @param verbs as discovery lists them
 */
public record Subresource(String name, String group, String version, String kind, Set<String> verbs) {}
