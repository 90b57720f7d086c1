package io.minik.schemagen;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Reads the OpenAPI-made models and API classes of the Java client: exact JSON names, required fields, paths and verbs. */
final class ModelSources {
    private static final Pattern FIELD = Pattern.compile(
            "String SERIALIZED_NAME_\\S+ = \"([^\"]+)\";\\s+@SerializedName\\([^)]*\\)\\s+(?:@[\\w.]+\\s+)?private ([^;=]+) \\S+?(?: =[^;]*)?;");
    private static final Pattern REQUIRED =
            Pattern.compile("openapiRequiredFields = new HashSet<String>\\(Arrays\\.asList\\(([^)]*)\\)\\)");
    private static final Pattern CLASS_DOCS = Pattern.compile("@ApiModel\\(description = \"((?:[^\"\\\\]++|\\\\.)*+)\"\\)");
    private static final Pattern PROPERTY_DOCS = Pattern.compile(
            "@ApiModelProperty\\((?:required = true, )?value = \"((?:[^\"\\\\]++|\\\\.)*+)\"\\)\\s+public \\S.* (?:get|is)(\\w+)\\(");
    private static final Pattern CALL = Pattern.compile("private okhttp3\\.Call (\\w+)Call\\(([^{]*)\\)");
    private static final Pattern PATH = Pattern.compile("String localVarPath = \"(/apis?/[^\"]*)\"");
    private static final Pattern METHOD = Pattern.compile("buildCall\\(basePath, localVarPath, \"([A-Z]+)\"");
    private static final Pattern BODY = Pattern.compile("(\\w+) body[,)]");
    private static final Pattern RETURNS = Pattern.compile("(\\w+)WithHttpInfo\\([^{]*\\{[^}]*?TypeToken<([^>]+)>");

    /** @param fields Java type by JSON name */
    record Model(String name, Map<String, String> fields, Set<String> required, String docs, Map<String, String> fieldDocs) {}

    /** One operation of the API. @param body and returns: model names, empty if none; @param watch whether it can watch */
    record Operation(String id, String path, String method, String body, String returns, boolean watch) {}

    final Map<String, Model> models = new HashMap<>();
    final List<Operation> operations = new ArrayList<>();

    static ModelSources read(Path jar) throws IOException {
        ModelSources sources = new ModelSources();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                String name = entry.getName();
                String file = name.substring(name.lastIndexOf('/') + 1);
                if (name.contains("/openapi/models/") && file.endsWith(".java") && !file.contains("alpha") && !file.contains("beta")) {
                    sources.model(file.replace(".java", ""), text(zip, entry));
                } else if (name.contains("/openapi/apis/") && file.matches("\\w+V\\d+Api\\.java")) {
                    sources.operations(text(zip, entry));
                }
            }
        }
        return sources;
    }

    private static String text(ZipFile zip, ZipEntry entry) throws IOException {
        return new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
    }

    private void model(String name, String source) {
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher field = FIELD.matcher(source);
        while (field.find()) {
            fields.put(field.group(1), field.group(2).strip());
        }
        Set<String> required = new LinkedHashSet<>();
        Matcher list = REQUIRED.matcher(source);
        if (list.find()) {
            for (String item : list.group(1).split(",")) {
                required.add(item.strip().replace("\"", ""));
            }
        }
        Map<String, String> docs = new HashMap<>();
        Matcher property = PROPERTY_DOCS.matcher(source);
        while (property.find()) {
            docs.put(property.group(2).toLowerCase(java.util.Locale.ROOT), java(property.group(1)));
        }
        Matcher head = CLASS_DOCS.matcher(source);
        models.put(name, new Model(name, fields, required, head.find() ? java(head.group(1)) : "", docs));
    }

    private static String java(String literal) {
        return literal.replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\");
    }

    private void operations(String source) {
        Map<String, String> returns = new HashMap<>();
        Matcher type = RETURNS.matcher(source);
        while (type.find()) {
            returns.put(type.group(1), type.group(2));
        }
        Matcher call = CALL.matcher(source);
        while (call.find()) {
            String id = call.group(1);
            Matcher path = PATH.matcher(source);
            Matcher method = METHOD.matcher(source);
            if (id.endsWith("ValidateBefore") || !path.find(call.end()) || !method.find(call.end())) {
                continue;
            }
            Matcher body = BODY.matcher(call.group(2) + ")");
            operations.add(new Operation(
                    id,
                    path.group(1),
                    method.group(1),
                    body.find() ? body.group(1) : "",
                    returns.getOrDefault(id, ""),
                    call.group(2).contains("Boolean watch")));
        }
    }
}
