/**
 * CRI v1 on the wire (k8s.io/cri-api, runtime/v1/api.proto), in both directions. {@link io.minik.runtime.criapi.CriServer} serves a
 * {@code RuntimeService} and an {@code ImageService} on a unix socket to crictl, kubelets and whoever else speaks CRI; {@link
 * io.minik.runtime.criapi.CriClient} is another runtime, containerd or a second minik, in the kubelet's words. The translations,
 * which both share, are pure: {@code SandboxWire}, {@code ContainerWire}, {@code SecurityWire}, {@code ImageWire}, {@code StatsWire}.
 *
 * <p>What a client asks for and this node can't do is refused with the field's name, as UNIMPLEMENTED or INVALID_ARGUMENT; nothing is
 * dropped silently but what has no meaning on Linux. Both ends live on the context that started them. Streams of exec, attach and
 * port-forward do not pass here: CRI hands out URLs for them, which {@link io.minik.runtime.criapi.StreamingUrls} makes and {@link
 * io.minik.runtime.criapi.StreamDialer} follows.
 */
@NullMarked
package io.minik.runtime.criapi;

import org.jspecify.annotations.NullMarked;
