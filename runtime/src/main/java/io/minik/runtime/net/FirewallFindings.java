package io.minik.runtime.net;

import java.util.List;

/**
 * What a look at the machine's firewall found in pods' way.
 *
 * @param flushed somebody emptied all tables, ours among them
 * @param told a text for each thing found: what was done, or why nothing could be
 */
public record FirewallFindings(boolean flushed, List<String> told) {}
