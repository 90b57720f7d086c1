package io.minik.api.cel;

import io.minik.api.cel.Authority.Decision;
import io.minik.api.cel.Authority.OfGroup;
import io.minik.api.cel.Authority.OfPath;
import io.minik.api.cel.Authority.OfResource;
import io.minik.api.meta.Names;

/** Functions of expressions about requests: questions to the cluster's authorizer, and a word for patches. */
final class RequestFunctions {
    private static final CelType TEXT = CelType.STRING;

    private final Functions functions;

    RequestFunctions(Functions functions) {
        this.functions = functions;
    }

    void add() {
        functions.global(
                Constructed.ESCAPE,
                "jsonpatch_escapeKey_string",
                TEXT,
                args -> args[0].toString().replace("~", "~0").replace("/", "~1"),
                TEXT);
        questions();
        resources();
        answers();
    }

    private void questions() {
        CelType type = CelType.AUTHORIZER;
        functions
                .member("path", "authorizer_path", CelType.PATH_CHECK, RequestFunctions::path, type, TEXT)
                .member(
                        "group",
                        "authorizer_group",
                        CelType.GROUP_CHECK,
                        args -> new OfGroup((Authority) args[0], args[1].toString()),
                        type,
                        TEXT)
                .member(
                        "serviceAccount",
                        "authorizer_serviceaccount",
                        type,
                        RequestFunctions::serviceAccount,
                        type,
                        TEXT,
                        TEXT)
                .member(
                        "resource",
                        "groupcheck_resource",
                        CelType.RESOURCE_CHECK,
                        RequestFunctions::resource,
                        CelType.GROUP_CHECK,
                        TEXT);
    }

    private static Object path(Object[] args) {
        return args[1].toString().isBlank()
                ? new CelError("path must not be empty")
                : new OfPath((Authority) args[0], args[1].toString());
    }

    private static Object serviceAccount(Object[] args) {
        String namespace = args[1].toString();
        String name = args[2].toString();
        if (!Names.dns1123Subdomain(name).isEmpty()) {
            return new CelError("Invalid service account name");
        }
        if (!Names.dns1123Label(namespace).isEmpty()) {
            return new CelError("Invalid service account namespace");
        }
        return ((Authority) args[0]).as("system:serviceaccount:" + namespace + ":" + name);
    }

    private static Object resource(Object[] args) {
        OfGroup group = (OfGroup) args[0];
        return args[1].toString().isBlank()
                ? new CelError("resource must not be empty")
                : new OfResource(group.authority(), group.group(), args[1].toString(), "", "", "", "", "");
    }

    private interface Narrowing {
        OfResource to(OfResource of, String text);
    }

    private void resources() {
        narrow("subresource", "resourcecheck_subresource", OfResource::withSubresource);
        narrow("namespace", "resourcecheck_namespace", OfResource::withNamespace);
        narrow("name", "resourcecheck_name", OfResource::withName);
        narrow("fieldSelector", "authorizer_fieldselector", OfResource::withFields);
        narrow("labelSelector", "authorizer_labelselector", OfResource::withLabels);
    }

    private void narrow(String name, String id, Narrowing narrowing) {
        CelType type = CelType.RESOURCE_CHECK;
        functions.member(name, id, type, args -> narrowing.to((OfResource) args[0], args[1].toString()), type, TEXT);
    }

    private void answers() {
        CelType type = CelType.DECISION;
        functions
                .member(
                        "check",
                        "pathcheck_check",
                        type,
                        args -> ((OfPath) args[0]).authority().ask((OfPath) args[0], args[1].toString()),
                        CelType.PATH_CHECK,
                        TEXT)
                .member(
                        "check",
                        "resourcecheck_check",
                        type,
                        args -> ((OfResource) args[0]).authority().ask((OfResource) args[0], args[1].toString()),
                        CelType.RESOURCE_CHECK,
                        TEXT)
                .member("allowed", "decision_allowed", CelType.BOOL, args -> ((Decision) args[0]).allowed(), type)
                .member("reason", "decision_reason", TEXT, args -> ((Decision) args[0]).reason(), type)
                .member(
                        "errored",
                        "decision_errored",
                        CelType.BOOL,
                        args -> !((Decision) args[0]).error().isEmpty(),
                        type)
                .member("error", "decision_error", TEXT, args -> ((Decision) args[0]).error(), type);
    }
}
