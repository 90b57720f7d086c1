package io.minik.agent.volume;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The files of a volume, by relative path. */
record VolumePayload(TreeMap<String, File> files) {
    VolumePayload() {
        this(new TreeMap<>());
    }

    /** @param mode permission bits */
    record File(byte[] content, int mode) {
        @Override
        public boolean equals(Object other) {
            return other instanceof File file && mode == file.mode && Arrays.equals(content, file.content);
        }

        @Override
        public int hashCode() {
            return 31 * mode + Arrays.hashCode(content);
        }
    }

    /** @throws VolumeFault if the path would leave the volume */
    void put(String path, byte[] content, int mode) {
        boolean leaves =
                path.isEmpty() || path.startsWith("/") || path.startsWith("..") || ("/" + path + "/").contains("/../");
        if (leaves) {
            throw new VolumeFault("invalid path \"" + path + "\" in volume");
        }
        files.put(path, new File(content, mode));
    }

    void putAll(VolumePayload other) {
        other.files.forEach((path, file) -> put(path, file.content(), file.mode()));
    }

    Map<String, File> view() {
        return Collections.unmodifiableMap(files);
    }
}
