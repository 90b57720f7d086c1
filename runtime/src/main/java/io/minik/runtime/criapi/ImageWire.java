package io.minik.runtime.criapi;

import io.minik.runtime.cri.Cri.AuthConfig;
import io.minik.runtime.cri.Cri.Image;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.criapi.proto.CriProto;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Images on the wire and in the kubelet's words. */
final class ImageWire {
    private ImageWire() {}

    static CriProto.Image image(Image known) {
        CriProto.Image.Builder told = CriProto.Image.newBuilder()
                .setId(known.id())
                .addAllRepoTags(known.repoTags())
                .addAllRepoDigests(known.repoDigests())
                .setSize(known.size())
                .setUsername(known.username())
                .setPinned(known.pinned())
                .setSpec(CriProto.ImageSpec.newBuilder().setImage(known.id()));
        known.uid().ifPresent(uid -> told.setUid(SecurityWire.number(uid)));
        return told.build();
    }

    /** Empty without any. */
    static Optional<AuthConfig> auth(CriProto.AuthConfig asked) {
        String username = asked.getUsername();
        String password = asked.getPassword();
        if (username.isEmpty() && !asked.getAuth().isEmpty()) {
            String[] pair = basic(asked.getAuth());
            username = pair[0];
            password = pair[1];
        }
        boolean none = username.isEmpty()
                && password.isEmpty()
                && asked.getIdentityToken().isEmpty()
                && asked.getRegistryToken().isEmpty();
        return none
                ? Optional.empty()
                : Optional.of(new AuthConfig(username, password, asked.getIdentityToken(), asked.getRegistryToken()));
    }

    private static String[] basic(String auth) {
        try {
            String pair = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon >= 0) {
                return new String[] {pair.substring(0, colon), pair.substring(colon + 1)};
            }
        } catch (IllegalArgumentException e) {
            throw CriCodes.invalid("auth.auth", "is not base64");
        }
        throw CriCodes.invalid("auth.auth", "is no user and password");
    }

    // ---- what we ask of another runtime, and hear from it

    static CriProto.ImageSpec spec(String image) {
        return CriProto.ImageSpec.newBuilder().setImage(image).build();
    }

    static CriProto.AuthConfig auth(AuthConfig auth) {
        return CriProto.AuthConfig.newBuilder()
                .setUsername(auth.username())
                .setPassword(auth.password())
                .setIdentityToken(auth.identityToken())
                .setRegistryToken(auth.registryToken())
                .build();
    }

    static Image heard(CriProto.Image said) {
        return new Image(
                said.getId(),
                said.getRepoTagsList(),
                said.getRepoDigestsList(),
                said.getSize(),
                said.hasUid() ? OptionalLong.of(said.getUid().getValue()) : OptionalLong.empty(),
                said.getUsername(),
                said.getPinned(),
                List.of());
    }

    static CriProto.FilesystemUsage filesystem(CriParts.ImageFilesystem disk, long nowNanos) {
        return CriProto.FilesystemUsage.newBuilder()
                .setTimestamp(nowNanos)
                .setFsId(CriProto.FilesystemIdentifier.newBuilder()
                        .setMountpoint(disk.mountpoint().toString()))
                .setUsedBytes(StatsWire.value(disk.usage().usedBytes()))
                .setInodesUsed(StatsWire.value(disk.usage().inodesUsed()))
                .build();
    }
}
