package io.minik.server.authn;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CelType;
import io.minik.api.cel.CompileFault;
import io.minik.api.cel.Decl;
import io.minik.api.cel.Program;
import io.minik.api.cel.RequestVariables;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import io.minik.server.authn.ClaimRules.Check;
import io.minik.server.authn.ClaimRules.Mapping;
import io.minik.server.authn.TokenIssuer.Terms;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who is believed besides the cluster itself: apiserver.config.k8s.io AuthenticationConfiguration.
 *
 * @param issuers of tokens
 * @param anonymous whether who shows nothing is let in as system:anonymous
 * @param paths where that is so; empty: everywhere
 */
public record AuthenticationConfig(List<Terms> issuers, boolean anonymous, List<String> paths) {
    public static final AuthenticationConfig NONE = new AuthenticationConfig(List.of(), true, List.of());

    private static final Set<String> VERSIONS =
            Set.of("apiserver.config.k8s.io/v1", "apiserver.config.k8s.io/v1beta1", "apiserver.config.k8s.io/v1alpha1");
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    /** @throws IllegalArgumentException that says which field is wrong, and why */
    public static AuthenticationConfig parse(JsonNode file) {
        return parse(file, true);
    }

    /**
     * @param byFlag whether who shows nothing is let in, if the file does not say
     * @throws IllegalArgumentException that says which field is wrong, and why
     */
    public static AuthenticationConfig parse(JsonNode file, boolean byFlag) {
        require(VERSIONS.contains(Json.text(file, "apiVersion")), "apiVersion", "must be apiserver.config.k8s.io/v1");
        require(
                Json.text(file, "kind").equals("AuthenticationConfiguration"),
                "kind",
                "must be AuthenticationConfiguration");
        only(file, "", Set.of("apiVersion", "kind", "jwt", "anonymous"));
        List<Terms> issuers = new ArrayList<>();
        Set<String> urls = new HashSet<>();
        for (int at = 0; at < file.path("jwt").size(); at++) {
            Terms terms = terms("jwt[" + at + "]", file.path("jwt").get(at), WebKeys.ALGORITHMS);
            if (!urls.add(terms.url())) {
                throw refused(new Causes().duplicate("jwt[" + at + "].issuer.url", terms.url()));
            }
            issuers.add(terms);
        }
        List<String> paths = new ArrayList<>();
        file.path("anonymous").path("conditions").forEach(condition -> paths.add(Json.text(condition, "path")));
        boolean says = file.has("anonymous");
        require(
                byFlag || !says,
                "anonymous",
                "--anonymous-auth flag cannot be set when anonymous field is configured in authentication"
                        + " configuration file");
        boolean anonymous = says ? Json.bool(file, "anonymous", "enabled") : byFlag;
        valid(
                anonymous || paths.isEmpty(),
                "anonymous.conditions",
                "",
                "enabled should be set to true when conditions are defined");
        return new AuthenticationConfig(List.copyOf(issuers), anonymous, List.copyOf(paths));
    }

    /** One issuer, as flags say it. @param algorithms that it may sign by */
    public static AuthenticationConfig ofFlags(JsonNode authenticator, Set<String> algorithms, boolean anonymous) {
        require(WebKeys.ALGORITHMS.containsAll(algorithms), "oidc-signing-algs", "unsupported: " + algorithms);
        return new AuthenticationConfig(List.of(terms("oidc", authenticator, algorithms)), anonymous, List.of());
    }

    boolean letsIn(String path) {
        return anonymous && (paths.isEmpty() || paths.contains(path));
    }

    private static Terms terms(String at, JsonNode said, Set<String> algorithms) {
        only(said, at, Set.of("issuer", "claimValidationRules", "claimMappings", "userValidationRules"));
        JsonNode issuer = said.path("issuer");
        String here = at + ".issuer";
        only(issuer, here, Set.of("url", "discoveryURL", "certificateAuthority", "audiences", "audienceMatchPolicy"));
        String url = Json.text(issuer, "url");
        missed(!url.isEmpty(), here + ".url", "URL is required");
        valid(url.startsWith("https://"), here + ".url", url, "URL scheme must be https");
        String discovery = Json.text(issuer, "discoveryURL");
        valid(
                discovery.isEmpty() || discovery.startsWith("https://"),
                here + ".discoveryURL",
                discovery,
                "URL scheme must be https");
        List<String> audiences = Json.stringList(issuer, "audiences");
        missed(!audiences.isEmpty(), here + ".audiences", "at least one " + here + ".audiences is required");
        String policy = Json.text(issuer, "audienceMatchPolicy");
        valid(
                audiences.size() == 1 ? Set.of("", "MatchAny").contains(policy) : policy.equals("MatchAny"),
                here + ".audienceMatchPolicy",
                policy,
                "audienceMatchPolicy must be MatchAny for multiple audiences");
        String found = discovery.isEmpty() ? url.replaceFirst("/$", "") + DISCOVERY : discovery;
        return new Terms(
                url,
                found,
                Json.text(issuer, "certificateAuthority"),
                List.copyOf(audiences),
                Set.copyOf(algorithms),
                rules(at, said));
    }

    private static ClaimRules rules(String at, JsonNode said) {
        Map<String, String> required = new LinkedHashMap<>();
        List<Check> claims = new ArrayList<>();
        for (int each = 0; each < said.path("claimValidationRules").size(); each++) {
            JsonNode rule = said.path("claimValidationRules").get(each);
            String here = at + ".claimValidationRules[" + each + "]";
            String claim = Json.text(rule, "claim");
            missed(
                    claim.isEmpty() != Json.text(rule, "expression").isEmpty(),
                    here,
                    "claim or expression is required, and not both");
            if (claim.isEmpty()) {
                claims.add(check(here, rule, ClaimRules.CLAIMS, ClaimRules.CLAIMS_DECL));
            } else {
                required.put(claim, Json.text(rule, "requiredValue"));
            }
        }
        List<Check> users = new ArrayList<>();
        for (int each = 0; each < said.path("userValidationRules").size(); each++) {
            users.add(check(
                    at + ".userValidationRules[" + each + "]",
                    said.path("userValidationRules").get(each),
                    ClaimRules.USER,
                    RequestVariables.USER_INFO));
        }
        JsonNode mappings = said.path("claimMappings");
        String here = at + ".claimMappings";
        only(mappings, here, Set.of("username", "groups", "uid", "extra"));
        Mapping username = mapping(here + ".username", mappings.path("username"));
        missed(!username.equals(Mapping.NONE), here + ".username", "claim or expression is required");
        Map<String, Program> extra = new LinkedHashMap<>();
        for (JsonNode entry : mappings.path("extra")) {
            extra.put(
                    Json.text(entry, "key"),
                    compiled(
                            here + ".extra",
                            Json.text(entry, "valueExpression"),
                            ClaimRules.CLAIMS,
                            ClaimRules.CLAIMS_DECL));
        }
        return new ClaimRules(
                required,
                List.copyOf(claims),
                username,
                mapping(here + ".groups", mappings.path("groups")),
                mapping(here + ".uid", mappings.path("uid")),
                extra,
                List.copyOf(users));
    }

    private static Mapping mapping(String at, JsonNode said) {
        String claim = Json.text(said, "claim");
        String expression = Json.text(said, "expression");
        valid(claim.isEmpty() || expression.isEmpty(), at, "", "claim and expression can't both be set");
        missed(
                claim.isEmpty() || said.has("prefix") || at.endsWith(".uid"),
                at + ".prefix",
                "prefix is required when claim is set. It can be set to an empty string to disable" + " prefixing");
        if (claim.isEmpty() && expression.isEmpty()) {
            return Mapping.NONE;
        }
        return new Mapping(
                claim,
                Json.text(said, "prefix"),
                expression.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                compiled(at + ".expression", expression, ClaimRules.CLAIMS, ClaimRules.CLAIMS_DECL)));
    }

    private static Check check(String at, JsonNode rule, String variable, Decl decl) {
        Program program = compiled(at + ".expression", Json.text(rule, "expression"), variable, decl);
        Optional<String> refusal = CelType.refusal(List.of(CelType.BOOL), program.type());
        valid(refusal.isEmpty(), at + ".expression", Json.text(rule, "expression"), refusal.orElse(""));
        return new Check(program, Json.text(rule, "message"));
    }

    private static Program compiled(String at, String expression, String variable, Decl decl) {
        missed(!expression.isBlank(), at, "expression is required");
        try {
            return CelEnvironment.of(Map.of(variable, decl)).compile(expression);
        } catch (CompileFault e) {
            throw refused(new Causes().invalid(at, expression, e.told()));
        }
    }

    private static void only(JsonNode tree, String at, Set<String> known) {
        tree.fieldNames()
                .forEachRemaining(
                        name -> require(known.contains(name), at.isEmpty() ? name : at + "." + name, "unknown field"));
    }

    private static void require(boolean holds, String at, String why) {
        if (!holds) {
            throw new IllegalArgumentException(at + ": " + why);
        }
    }

    private static void missed(boolean holds, String at, String why) {
        if (!holds) {
            throw refused(new Causes().required(at, why));
        }
    }

    private static void valid(boolean holds, String at, String value, String why) {
        if (!holds) {
            throw refused(new Causes().invalid(at, value, why));
        }
    }

    private static IllegalArgumentException refused(Causes causes) {
        return new IllegalArgumentException(causes.toString());
    }
}
