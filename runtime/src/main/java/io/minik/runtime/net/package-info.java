/**
 * rtnetlink, the pod bridge and IPAM.
 */
@NullMarked
package io.minik.runtime.net;

import org.jspecify.annotations.NullMarked;
