package io.minik.runtime.cri;

import io.minik.ground.loop.Loop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

class FakeCriTest extends CriContract {
    @Override
    protected Node open() {
        Vertx vertx = Vertx.vertx();
        Context context = vertx.getOrCreateContext();
        FakeCri fake = new FakeCri(Loop.on(context));
        fake.local.put("busybox:1", FakeCri.FakeImage.of("busybox:1", List.of(), ""));
        return new Node(
                onLoop(RuntimeService.class, fake, context),
                onLoop(ImageService.class, fake, context),
                "busybox:1",
                true,
                () -> vertx.close().toCompletionStage().toCompletableFuture().join());
    }

    /** The fake belongs to its loop; the suite calls from outside. */
    private static <T> T onLoop(Class<T> service, FakeCri fake, Context context) {
        return service.cast(Proxy.newProxyInstance(
                FakeCriTest.class.getClassLoader(), new Class<?>[] {service}, (proxy, method, arguments) -> {
                    Promise<Object> answer = Promise.promise();
                    context.runOnContext(ignored -> {
                        try {
                            Object said = method.invoke(fake, arguments);
                            if (said instanceof Future<?> future) {
                                future.<Object>map(value -> value).onComplete(answer);
                            } else {
                                answer.complete();
                            }
                        } catch (InvocationTargetException | IllegalAccessException e) {
                            answer.fail(e);
                        }
                    });
                    return method.getReturnType() == void.class ? null : answer.future();
                }));
    }
}
