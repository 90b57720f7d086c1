/**
 * The syscall tape (RUNTIME): a process start as data, and the machine code that plays it.
 */
@NullMarked
package io.minik.runtime.tape;

import org.jspecify.annotations.NullMarked;
