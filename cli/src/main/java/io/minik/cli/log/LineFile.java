package io.minik.cli.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file of log lines that begins anew when it is large, with the last one kept beside it. Any thread. */
final class LineFile extends OutputStream {
    private final Path file;
    private final long mostBytes;
    private OutputStream out;
    private long bytes;

    LineFile(Path file, long mostBytes) throws IOException {
        this.file = file;
        this.mostBytes = mostBytes;
        this.out = open();
        this.bytes = Files.size(file);
    }

    private OutputStream open() throws IOException {
        return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    /** A line is one write, and stays whole. */
    @Override
    public synchronized void write(byte[] line, int offset, int length) throws IOException {
        if (bytes > 0 && bytes + length > mostBytes) {
            out.close();
            Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            out = open();
            bytes = 0;
        }
        out.write(line, offset, length);
        bytes += length;
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
