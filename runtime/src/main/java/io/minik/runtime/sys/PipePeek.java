package io.minik.runtime.sys;

/**
 * Looks at what a pipe holds without taking it: copied into a pipe of ours (tee), read from there. What is taken only
 * after it was stored is not lost if we are killed in between. One thread only.
 */
public final class PipePeek implements AutoCloseable {
    private static final int SPLICE_F_NONBLOCK = 2;

    private final Kernel kernel;
    private final int[] copy;

    public PipePeek(Kernel kernel) {
        this.kernel = kernel;
        this.copy = kernel.pipe(0);
    }

    /** @return bytes copied to the address, 0 at the end of file (no writer is left), -EAGAIN if it is empty */
    public long peek(int pipe, long address, int max) {
        long seen = kernel.sys().call(Syscall.TEE, pipe, copy[1], max, SPLICE_F_NONBLOCK);
        return seen <= 0 ? seen : fully(copy[0], address, (int) seen);
    }

    /** Drops as many bytes as were seen. @param address scratch memory of that size */
    public void take(int pipe, long address, int seen) {
        fully(pipe, address, seen);
    }

    private int fully(int fd, long address, int wanted) {
        int done = 0;
        while (done < wanted) {
            int got = (int) Kernel.check(kernel.read(fd, address + done, wanted - done), "read", "pipe");
            if (got == 0) {
                throw Kernel.fault(Errno.EPIPE, "read", "a pipe that somebody else reads too");
            }
            done += got;
        }
        return done;
    }

    @Override
    public void close() {
        kernel.close(copy[0]);
        kernel.close(copy[1]);
    }
}
