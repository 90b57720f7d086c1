/**
 * CRI's words on this machine's own rooms: {@link io.minik.runtime.linux.LinuxRuntimeService} and {@link
 * io.minik.runtime.linux.LinuxImageService} translate each call into one of sandbox, container and image, and their faults into
 * {@code CriException}s. They hold no state; futures complete where those rooms complete them, on the caller's context.
 */
@NullMarked
package io.minik.runtime.linux;

import org.jspecify.annotations.NullMarked;
