package io.minik.cli;

import java.util.ArrayList;
import java.util.List;
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
        Build build = Build.THIS;
        List<String> lines = new ArrayList<>();
        lines.add("minik " + build.version());
        if (!build.commit().isEmpty()) {
            lines.add("commit " + build.commit() + " " + build.date()
                    + (build.treeState().equals("dirty") ? " with changes" : ""));
        }
        lines.add("kubernetes " + build.kubernetes());
        lines.add("java " + Runtime.version());
        return lines.toArray(String[]::new);
    }
}
