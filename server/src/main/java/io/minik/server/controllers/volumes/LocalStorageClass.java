package io.minik.server.controllers.volumes;

import io.minik.api.meta.Resources;
import io.minik.server.controllers.control.BoxedClass;
import io.minik.server.controllers.control.ControllerContext;

/** The StorageClass {@code local-path}. */
public final class LocalStorageClass {
    static final String NAME = "local-path";

    private LocalStorageClass() {}

    public static BoxedClass of(ControllerContext context, boolean enabled) {
        return new BoxedClass(
                context,
                enabled,
                Resources.STORAGE_CLASSES,
                new BoxedClass.Made(NAME, "storageclass.kubernetes.io/is-default-class", tree -> tree.put(
                                "provisioner", LocalProvisioner.NAME)
                        .put("reclaimPolicy", "Delete")
                        .put("volumeBindingMode", "WaitForFirstConsumer")
                        .put("allowVolumeExpansion", true)));
    }
}
