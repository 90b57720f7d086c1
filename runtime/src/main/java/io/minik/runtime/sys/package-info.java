/**
 * The only room that touches FFI: an interface, Linux, and a recording fake.
 */
@NullMarked
package io.minik.runtime.sys;

import org.jspecify.annotations.NullMarked;
