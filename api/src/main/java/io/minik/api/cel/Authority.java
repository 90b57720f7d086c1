package io.minik.api.cel;

/**
 * The value of {@code authorizer}: whom an expression asks what somebody may do.
 *
 * <pre>
 *   authorizer.group('apps').resource('deployments').namespace('shop').check('create').allowed()
 *   Authority --group--&gt; OfGroup --resource--&gt; OfResource --check--&gt; Decision
 *             --path--&gt;  OfPath ----------------------------check--&gt; Decision
 * </pre>
 *
 * @param account whose rights are asked for; empty: those of who sent the request
 */
public record Authority(Judge judge, String account) {
    /** Decides. Whoever must wait for a decision throws what his caller knows: a run keeps nothing and can be repeated. */
    public interface Judge {
        Decision judge(Question question);
    }

    /**
     * @param account empty: who sent the request
     * @param path of what is no resource; else empty
     * @param fields as its author wrote the selector, as are {@code labels}; empty: none
     */
    public record Question(
            String account,
            String path,
            String group,
            String resource,
            String subresource,
            String namespace,
            String name,
            String verb,
            String fields,
            String labels) {}

    /** @param error of asking; empty if there was none */
    public record Decision(boolean allowed, String reason, String error) {}

    record OfPath(Authority authority, String path) {}

    record OfGroup(Authority authority, String group) {}

    /** The value of {@code authorizer.requestResource} is one, too. */
    public record OfResource(
            Authority authority,
            String group,
            String resource,
            String subresource,
            String namespace,
            String name,
            String fields,
            String labels) {
        OfResource withSubresource(String to) {
            return new OfResource(authority, group, resource, to, namespace, name, fields, labels);
        }

        OfResource withNamespace(String to) {
            return new OfResource(authority, group, resource, subresource, to, name, fields, labels);
        }

        OfResource withName(String to) {
            return new OfResource(authority, group, resource, subresource, namespace, to, fields, labels);
        }

        OfResource withFields(String to) {
            return new OfResource(authority, group, resource, subresource, namespace, name, to, labels);
        }

        OfResource withLabels(String to) {
            return new OfResource(authority, group, resource, subresource, namespace, name, fields, to);
        }
    }

    Authority as(String other) {
        return new Authority(judge, other);
    }

    Decision ask(OfPath of, String verb) {
        return judge.judge(new Question(account, of.path, "", "", "", "", "", verb, "", ""));
    }

    Decision ask(OfResource of, String verb) {
        return judge.judge(new Question(
                account, "", of.group, of.resource, of.subresource, of.namespace, of.name, verb, of.fields, of.labels));
    }
}
