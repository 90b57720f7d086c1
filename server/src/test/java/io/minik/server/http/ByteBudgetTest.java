package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.server.authn.User;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
    private static final long TOTAL = 1600;

    private final ByteBudget budget = new ByteBudget(TOTAL);

    private static User account(String name) {
        return new User(name, "", List.of(User.AUTHENTICATED), Map.of());
    }

    /** Takes byte by byte until it is refused. */
    private long takesAll(User user) {
        ByteBudget.Hold hold = budget.hold();
        long got = 0;
        while (true) {
            try {
                hold.grow(user, 1);
                got++;
            } catch (ApiException full) {
                return got;
            }
        }
    }

    /** With a body of two thirds of a stranger's part, an answer of as much: a stranger may not, but an account may. */
    @Test
    void anAnswerIsChargedToWhoAsked() {
        ByteBudget budget = new ByteBudget(1600);
        ByteBudget.Hold hold = budget.hold();
        hold.of(account("a"));
        hold.grow(account("a"), 70);
        hold.grow(70);
        assertThat(budget.held()).isEqualTo(140);
        ByteBudget.Hold strange = budget.hold();
        strange.grow(70);
        assertThatThrownBy(() -> strange.grow(70)).isInstanceOf(ApiException.class);
        hold.close();
        strange.close();
        assertThat(budget.held()).isZero();
    }

    @Test
    void oneUserGetsHalfAndTheNextHalfOfTheRest() {
        assertThat(takesAll(account("greedy"))).isEqualTo(TOTAL / 2);
        assertThat(takesAll(account("second"))).isEqualTo(TOTAL / 4);
        assertThat(takesAll(account("third"))).isEqualTo(TOTAL / 8);
        assertThat(takesAll(account("greedy"))).isZero();
    }

    @Test
    void strangersShareASixteenth() {
        assertThat(takesAll(User.ANONYMOUS)).isEqualTo(TOTAL / 16);
        assertThat(takesAll(User.ANONYMOUS)).isZero();
    }

    @Test
    void mastersGetInWhenOthersHaveTakenAll() {
        for (int i = 0; i < 6; i++) {
            takesAll(account("greedy-" + i));
        }
        long left = TOTAL - budget.held();
        assertThat(takesAll(User.system("admin", User.MASTERS))).isGreaterThan(left * 8 / 10);
    }

    @Test
    void whatIsGivenBackIsThereAgain() {
        ByteBudget.Hold hold = budget.hold();
        hold.grow(account("a"), 300);
        hold.grow(account("a"), 400);
        assertThatThrownBy(() -> hold.grow(account("a"), 200)).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.status().code()).isEqualTo(Status.Reason.TooManyRequests.code());
            assertThat(refused.status().details().retryAfterSeconds()).isEqualTo(1);
        });
        assertThat(budget.held()).isEqualTo(700);
        hold.close();
        hold.close();
        assertThat(budget.held()).isZero();
        assertThat(takesAll(account("a"))).isEqualTo(TOTAL / 2);
    }
}
