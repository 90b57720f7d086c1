package io.minik.cli;

import io.minik.server.http.ApiServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this program was built from; the build writes it into {@code build.properties}.
 *
 * @param kubernetes the API's version: {@code v1.36.4}
 * @param commit, treeState, date as git had them; empty in a build without git
 */
record Build(String version, String kubernetes, String commit, String treeState, String date) {
    static final Build THIS = load();

    private static Build load() {
        Properties properties = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Build(
                properties.getProperty("version", ""),
                properties.getProperty("kubernetes", ""),
                properties.getProperty("commit", ""),
                properties.getProperty("treeState", ""),
                properties.getProperty("date", ""));
    }

    /** What {@code /version} and node status say: {@code v1.36.4+minik0.1.0}. */
    String gitVersion() {
        return kubernetes + "+minik" + version;
    }

    /** {@code 1.36}, as probes tell it to those whom they ask. */
    String majorMinor() {
        return kubernetes.replaceFirst("^v?([0-9]+\\.[0-9]+).*$", "$1");
    }

    /** In Go's words: {@code linux/amd64}. */
    static String platform() {
        return "linux/" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64");
    }

    ApiServerConfig.Version served() {
        return new ApiServerConfig.Version(gitVersion(), commit, treeState, date, platform());
    }
}
