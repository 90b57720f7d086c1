package io.minik.agent.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The checks of hostPath volumes. Blocking. */
final class HostPaths {
    private static final int FORMAT = 0170000;
    private static final int SOCKET = 0140000;
    private static final int CHARACTER = 0020000;
    private static final int BLOCK = 0060000;
    private static final int DIRECTORY_MODE = 0755;
    private static final int FILE_MODE = 0644;

    private HostPaths() {}

    /** @param type empty: no check; what is not there is made a directory when it is mounted */
    static Path check(Path path, String type) throws IOException {
        switch (type) {
            case "DirectoryOrCreate", "" -> {
                if (!Files.exists(path)) {
                    Files.createDirectories(path);
                    Files.setAttribute(path, "unix:mode", DIRECTORY_MODE);
                }
                require(type.isEmpty() || Files.isDirectory(path), path, "a directory");
            }
            case "Directory" -> require(Files.isDirectory(path), path, "a directory");
            case "FileOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createFile(path);
                    Files.setAttribute(path, "unix:mode", FILE_MODE);
                }
                require(Files.isRegularFile(path), path, "a file");
            }
            case "File" -> require(Files.isRegularFile(path), path, "a file");
            case "Socket" -> require(is(path, SOCKET), path, "a socket file");
            case "CharDevice" -> require(is(path, CHARACTER), path, "a character device");
            case "BlockDevice" -> require(is(path, BLOCK), path, "a block device");
            default -> throw new VolumeFault("hostPath type " + type + " is not known");
        }
        return path;
    }

    private static boolean is(Path path, int format) throws IOException {
        return Files.exists(path) && ((int) Files.getAttribute(path, "unix:mode") & FORMAT) == format;
    }

    private static void require(boolean is, Path path, String what) {
        if (!is) {
            throw new VolumeFault("hostPath type check failed: " + path + " is not " + what);
        }
    }
}
