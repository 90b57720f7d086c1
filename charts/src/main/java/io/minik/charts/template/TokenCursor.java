package io.minik.charts.template;

import io.minik.charts.template.TemplateToken.Kind;
import java.util.List;

/** Where a parser is in its tokens; errors name the line of the last one that was taken. */
final class TokenCursor {
    private final String file;
    private final List<TemplateToken> tokens;
    private int next;

    TokenCursor(String file, List<TemplateToken> tokens) {
        this.file = file;
        this.tokens = tokens;
    }

    int mark() {
        return next;
    }

    void back(int mark) {
        next = mark;
    }

    TemplateToken next() {
        TemplateToken token = peek();
        next = Math.min(next + 1, tokens.size());
        return token;
    }

    void backup() {
        next--;
    }

    TemplateToken peek() {
        return tokens.get(Math.min(next, tokens.size() - 1));
    }

    TemplateToken nextNonSpace() {
        TemplateToken token = next();
        while (token.kind() == Kind.SPACE) {
            token = next();
        }
        return token;
    }

    TemplateToken peekNonSpace() {
        while (peek().kind() == Kind.SPACE) {
            next++;
        }
        return peek();
    }

    TemplateToken expect(String context, Kind... kinds) {
        TemplateToken token = nextNonSpace();
        for (Kind kind : kinds) {
            if (token.kind() == kind) {
                return token;
            }
        }
        throw unexpected(token, context);
    }

    TemplateException unexpected(TemplateToken token, String context) {
        return token.kind() == Kind.ERROR ? error(token.text()) : error("unexpected " + token + " in " + context);
    }

    TemplateException error(String message) {
        int line = tokens.get(Math.max(0, Math.min(next, tokens.size()) - 1)).line();
        return TemplateException.at("template: " + file + ":" + line + ": " + message);
    }
}
