package io.minik.server.http;

import io.minik.server.authn.User;
import io.minik.server.controllers.LiveControllers;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Vertx;

/** The API server with controllers, scheduler and one hollow node, to try kubectl on. */
public final class ControlledServer {
    private ControlledServer() {}

    public static void main(String[] arguments) {
        Vertx vertx = Vertx.vertx();
        ApiServer server = DevServer.of(vertx, new MemoryStore(vertx), Integer.parseInt(arguments[0]));
        server.start()
                .compose(done -> LiveControllers.start(vertx, server.transport(User.system("minik", User.MASTERS))))
                .onSuccess(done -> System.out.println("ready"))
                .onFailure(error -> {
                    error.printStackTrace();
                    System.exit(1);
                });
    }
}
