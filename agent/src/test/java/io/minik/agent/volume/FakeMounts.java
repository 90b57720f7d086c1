package io.minik.agent.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Remembers what is mounted where. */
final class FakeMounts implements Mounts {
    final Set<Path> points = new HashSet<>();
    final List<Long> sizes = new ArrayList<>();
    final List<String> groups = new ArrayList<>();

    @Override
    public void tmpfs(Path target, long sizeBytes) {
        points.add(target);
        sizes.add(sizeBytes);
    }

    @Override
    public void overlay(List<Path> layers, Path target) {
        points.add(target);
    }

    @Override
    public void subPath(Path volume, String subPath, Path target) {
        points.add(target);
    }

    @Override
    public Optional<Opened> open(Path root, String path) {
        return Optional.empty();
    }

    @Override
    public void give(Path volume, long gid, boolean onlyIfRootDiffers) {
        groups.add(volume + " " + gid + (onlyIfRootDiffers ? " if it differs" : ""));
    }

    @Override
    public long usedBytes(Path volume) throws IOException {
        try (Stream<Path> all = Files.walk(volume)) {
            return all.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Override
    public void unmount(Path target) {
        points.remove(target);
    }

    @Override
    public List<Path> below(Path directory) {
        return points.stream()
                .filter(point -> point.startsWith(directory))
                .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
                .toList();
    }
}
