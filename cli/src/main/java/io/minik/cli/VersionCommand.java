package io.minik.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code minik version}. */
@Command(name = "version", description = "Print what this is.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable, IVersionProvider {
    @Override
    public void run() {
        for (String line : getVersion()) {
            System.out.println(line);
        }
    }

    @Override
    public String[] getVersion() {
        Properties build = build();
        return new String[] {
            "minik " + build.getProperty("version"), "kubernetes " + gitVersion(build), "java " + Runtime.version()
        };
    }

    /** What {@code /version} and node status say: {@code v1.36.4+minik0.1.0}. */
    static String gitVersion(Properties build) {
        return build.getProperty("kubernetes") + "+minik" + build.getProperty("version");
    }

    /** {@code version}, {@code kubernetes}: filtered in by the build. */
    static Properties build() {
        Properties properties = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
