package io.minik.cli;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * YAML whose scalars stay as they are written: an option takes text, and YAML's own reading would make 420 of the file mode
 * 0644, 630 of 10:30, and true of a node that is called "on".
 */
final class PlainYaml {
    private static final Pattern NOTHING = Pattern.compile("^(?:~|null|Null|NULL| )$");

    private PlainYaml() {}

    /** Maps, lists and texts; null for an empty document or value. @throws RuntimeException if it is no YAML */
    static @Nullable Object read(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        DumperOptions unused = new DumperOptions();
        return new Yaml(new SafeConstructor(options), new Representer(unused), unused, options, new Resolver() {
                    @Override
                    protected void addImplicitResolvers() {
                        addImplicitResolver(Tag.NULL, NOTHING, "~nN\0");
                        addImplicitResolver(Tag.NULL, Pattern.compile("^$"), null);
                    }
                })
                .load(text);
    }
}
