/**
 * The words between a kubelet and what runs its containers: CRI v1 (k8s.io/cri-api, runtime/v1/api.proto), as Java. Calls are
 * in {@link io.minik.runtime.cri.RuntimeService} and {@link io.minik.runtime.cri.ImageService}, their messages in {@link
 * io.minik.runtime.cri.Cri}, their errors are {@link io.minik.runtime.cri.CriException}s. The agent imports this room and no
 * other of the runtime's to run pods; {@code runtime.linux} is the one implementation today, {@code FakeCri} (in the tests) the
 * other, and {@code CriContract} is what both pass.
 *
 * <p>Fields that nobody here reads are left out. Where CRI answers with the URL of a streaming server, the streams themselves
 * are given. What goes beyond CRI says so.
 */
@NullMarked
package io.minik.runtime.cri;

import org.jspecify.annotations.NullMarked;
