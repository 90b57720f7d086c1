package io.minik.runtime.image;

import io.minik.runtime.RuntimeFault;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an image is called, normalised as docker does: {@code busybox} is {@code docker.io/library/busybox:latest}.
 *
 * @param domain registry host, with its port if it has one
 * @param path repository in the registry
 * @param tag empty if there is a digest and no tag was said
 * @param digest if the reference pins the content; it wins over the tag
 */
public record Reference(String domain, String path, String tag, Optional<Digest> digest) {
    /** As the distribution project limits repository names. */
    private static final int MAX_NAME = 255;

    private static final String DEFAULT_DOMAIN = "docker.io";
    private static final String LEGACY_DOMAIN = "index.docker.io";
    private static final String DEFAULT_TAG = "latest";

    private static final String COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern PATH = Pattern.compile(COMPONENT + "(?:/" + COMPONENT + ")*");
    private static final Pattern DOMAIN = Pattern.compile(
            "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*"
                    + "|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

    /** @throws RuntimeFault of kind INVALID_IMAGE_NAME, in the words that kubectl's users know */
    public static Reference parse(String text) {
        String rest = text;
        Optional<Digest> digest = Optional.empty();
        int at = rest.indexOf('@');
        if (at >= 0) {
            String digestText = rest.substring(at + 1);
            if (!Digest.isDigest(digestText)) {
                throw invalid(text, "invalid reference format");
            }
            digest = Optional.of(Digest.parse(digestText));
            rest = rest.substring(0, at);
        }
        String tag = digest.isPresent() ? "" : DEFAULT_TAG;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
            if (!TAG.matcher(tag).matches()) {
                throw invalid(text, "invalid reference format");
            }
        }
        int slash = rest.indexOf('/');
        String domain = DEFAULT_DOMAIN;
        String path = rest;
        if (slash > 0 && isDomain(rest.substring(0, slash))) {
            domain = rest.substring(0, slash);
            path = rest.substring(slash + 1);
        }
        if (domain.equals(LEGACY_DOMAIN)) {
            domain = DEFAULT_DOMAIN;
        }
        if (domain.equals(DEFAULT_DOMAIN) && path.indexOf('/') < 0) {
            path = "library/" + path;
        }
        verify(text, domain, path);
        return new Reference(domain, path, tag, digest);
    }

    private static boolean isDomain(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    private static void verify(String text, String domain, String path) {
        if (!path.equals(path.toLowerCase(Locale.ROOT))
                && PATH.matcher(path.toLowerCase(Locale.ROOT)).matches()) {
            throw invalid(text, "invalid reference format: repository name (" + path + ") must be lowercase");
        }
        if (!DOMAIN.matcher(domain).matches() || !PATH.matcher(path).matches()) {
            throw invalid(text, "invalid reference format");
        }
        if (path.length() > MAX_NAME) {
            throw invalid(text, "repository name must not be more than " + MAX_NAME + " characters");
        }
    }

    private static RuntimeFault invalid(String text, String why) {
        return new RuntimeFault(
                RuntimeFault.Kind.INVALID_IMAGE_NAME,
                "reference",
                "couldn't parse image name \"" + text + "\": " + why,
                0);
    }

    /** Domain and path: what several tags share. */
    public String name() {
        return domain + "/" + path;
    }

    /** {@code name:tag}, or empty if the reference has no tag. */
    public String tagged() {
        return tag.isEmpty() ? "" : name() + ":" + tag;
    }

    /** {@code name@digest} */
    public String at(Digest content) {
        return name() + "@" + content;
    }

    /** What the registry is asked for: the digest if there is one, else the tag. */
    public String target() {
        return digest.map(Digest::toString).orElse(tag);
    }

    @Override
    public String toString() {
        String base = tag.isEmpty() ? name() : tagged();
        return digest.map(content -> base + "@" + content).orElse(base);
    }
}
