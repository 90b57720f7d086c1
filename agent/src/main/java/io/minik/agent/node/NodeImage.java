package io.minik.agent.node;

import java.util.List;

/** An image that is on this node. @param names by digest first, then by tag */
public record NodeImage(List<String> names, long sizeBytes) {}
