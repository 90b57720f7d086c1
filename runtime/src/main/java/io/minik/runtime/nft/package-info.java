/**
 * The machine's packet filter: the nft program, its words for both families of addresses, and what the kernel counts of
 * changes to it. Everything blocks but {@link Transactions}, which live on their owner's loop and tell nft on its worker.
 *
 * <p>Tables of ours are of family {@code inet}: one transaction changes what IPv4 and IPv6 see. Follows nft(8) of nftables
 * 1.0.6, Debian 12's.
 */
@NullMarked
package io.minik.runtime.nft;

import org.jspecify.annotations.NullMarked;
