package io.minik.cli;

import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** {@code minik version}. */
@Command(name = "version", description = "Print what this is.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable, IVersionProvider {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "text",
            description = "text or json (default ${DEFAULT-VALUE})")
    String output = "text";

    @Override
    public void run() {
        if (output.equals("json")) {
            Build build = Build.THIS;
            System.out.println(Json.object()
                    .put("version", build.version())
                    .put("kubernetes", build.kubernetes())
                    .put("gitVersion", build.gitVersion())
                    .put("gitCommit", build.commit())
                    .put("buildDate", build.date())
                    .put("java", Runtime.version().toString())
                    .put("platform", Build.platform()));
            return;
        }
        if (!output.equals("text")) {
            throw new Flag("--output").wrong(output, "is neither text nor json");
        }
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
