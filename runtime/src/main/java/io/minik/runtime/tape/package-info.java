/**
 * The syscall tape: the start of a process as data, and the machine code that plays it.
 *
 * <pre>
 *   pure function ──► Tape (entries, slots) ──► ElfImage ──► sealed memfd ──► posix_spawn ──► the process plays it
 *                        └► print(): golden files, logs                          └► {value|entry, errno} on a pipe
 * </pre>
 *
 * <p>Other rooms build tapes ({@link io.minik.runtime.tape.Tape.Builder}, {@link io.minik.runtime.tape.TapeSteps}) and give
 * them to a {@link io.minik.runtime.tape.Player}, which blocks for about a millisecond: workers only. The interpreter is
 * 131 bytes on x86_64; its listing is the resource {@code x86_64.s}. Adding an architecture is a column in {@code
 * Syscall}, a listing and its bytes in {@code Interpreter}.
 */
@NullMarked
package io.minik.runtime.tape;

import org.jspecify.annotations.NullMarked;
