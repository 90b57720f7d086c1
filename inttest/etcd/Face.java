import io.minik.store.etcdapi.EtcdApi;
import io.minik.store.etcdapi.Member;
import io.minik.store.etcdapi.SnapshotFiles;
import io.minik.store.mapdb.MapDbStore;
import io.minik.store.mapdb.StoreConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Path;
import java.util.List;

/** minik's store and its etcd face with nothing of Kubernetes, so that revisions are etcd's: Face DIRECTORY PORT. */
final class Face {
    public static void main(String[] arguments) {
        int port = Integer.parseInt(arguments[1]);
        String url = "http://127.0.0.1:" + port;
        Vertx vertx = Vertx.vertx();
        vertx.getOrCreateContext()
                .runOnContext(start -> MapDbStore.open(vertx, StoreConfig.at(Path.of(arguments[0])))
                        .map(store -> new EtcdApi(
                                vertx,
                                store,
                                new HttpServerOptions().setHost("127.0.0.1").setPort(port),
                                Member.named("default", List.of(url)),
                                SnapshotFiles.in(Path.of(arguments[0]))))
                        .compose(EtcdApi::start)
                        .onFailure(why -> {
                            why.printStackTrace();
                            System.exit(1);
                        }));
    }
}
