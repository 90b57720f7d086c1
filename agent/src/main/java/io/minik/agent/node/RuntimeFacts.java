package io.minik.agent.node;

import java.util.List;

/**
 * What the node's object says of its runtime.
 *
 * @param userNamespaces whether pods can have users of their own
 */
public record RuntimeFacts(List<NodeImage> images, boolean userNamespaces) {}
