package io.minik.agent.proxy;

/** Where this proxy stands: its node, and that node's zone, empty if it has none. */
record Place(String node, String zone) {}
