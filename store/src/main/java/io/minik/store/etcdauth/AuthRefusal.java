package io.minik.store.etcdauth;

/** What is refused, by etcd's names; the face has the words and codes. */
public final class AuthRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Why {
        ROOT_USER_NOT_EXIST,
        ROOT_ROLE_NOT_EXIST,
        USER_ALREADY_EXIST,
        USER_EMPTY,
        USER_NOT_FOUND,
        ROLE_ALREADY_EXIST,
        ROLE_NOT_FOUND,
        ROLE_EMPTY,
        AUTH_FAILED,
        NO_PASSWORD_USER,
        PERMISSION_NOT_GIVEN,
        PERMISSION_DENIED,
        ROLE_NOT_GRANTED,
        PERMISSION_NOT_GRANTED,
        AUTH_NOT_ENABLED,
        INVALID_AUTH_TOKEN,
        INVALID_AUTH_MGMT,
        TOO_MANY
    }

    private final Why why;

    public AuthRefusal(Why why) {
        super(why.name(), null, false, false);
        this.why = why;
    }

    public Why why() {
        return why;
    }
}
