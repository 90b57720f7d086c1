# Volumes, images' volumes and disk limits, as users report them.
k create namespace vol >/dev/null
within 10 "the account of namespace vol is there" k -n vol get serviceaccount default
k -n vol create configmap m --from-literal=key=value >/dev/null
k -n vol create secret generic s --from-literal=key=value >/dev/null

duplicate() {
  k -n vol apply -f - <<YAML
apiVersion: v1
kind: Pod
metadata: {name: twice}
spec:
  containers: [{name: c, image: $image}]
  volumes:
  - name: v
    projected:
      sources:
      - {configMap: {name: m, items: [{key: key, path: a/b}]}}
      - {secret: {name: s, items: [{key: key, path: a/b}]}}
YAML
}
ok "one path from two projected sources is refused" \
  outputs 'spec.volumes\[0\].projected: Invalid value: "s": conflicting duplicate paths' duplicate

# An archive that is laid into the folder while minik runs: its image declares a volume, and its second layer only implies a
# directory of the first.
python3 - "$work/archive.tar" <<'PY'
import hashlib, io, json, sys, tarfile
def tar(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, mode, uid, data in entries:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.uid, info.size = kind, mode, uid, len(data)
            info.linkname = "busybox" if kind == tarfile.SYMTYPE else ""
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()
busybox = open("/bin/busybox", "rb").read()
names = [("bin/" + n, tarfile.SYMTYPE, 0o777, 0, b"") for n in ("sh", "stat", "cat", "grep", "sleep", "touch")]
low = tar([("bin", tarfile.DIRTYPE, 0o755, 0, b""), ("bin/busybox", tarfile.REGTYPE, 0o755, 0, busybox)] + names
          + [("scratch", tarfile.DIRTYPE, 0o1777, 5, b""), ("data", tarfile.DIRTYPE, 0o2750, 70, b""),
             ("data/seed", tarfile.REGTYPE, 0o640, 70, b"of the image\n")])
high = tar([("scratch/x", tarfile.REGTYPE, 0o644, 0, b"")])
config = json.dumps({"architecture": "amd64", "os": "linux",
    "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"], "Volumes": {"/data": {}, "/given": {}}},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(t).hexdigest() for t in (low, high)]}}).encode()
with tarfile.open(sys.argv[1], "w") as archive:
    for member, content in (("config.json", config), ("0.tar", low), ("1.tar", high), ("manifest.json", json.dumps(
            [{"Config": "config.json", "RepoTags": ["saved/volumes:1"], "Layers": ["0.tar", "1.tar"]}]).encode())):
        info = tarfile.TarInfo(member)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
PY
mv "$work/archive.tar" "$work/b/data/agent/images/volumes.tar"
k -n vol apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: image-volume}
spec:
  nodeName: node-b
  terminationGracePeriodSeconds: 0
  containers:
  - name: c
    image: saved/volumes:1
    imagePullPolicy: Never
    command: [sh, -c, 'stat -c "%n %a %u" /scratch /data /given; cat /data/seed; touch /data/new && echo wrote; grep -c " /data " /proc/mounts; sleep 1000']
    volumeMounts: [{name: own, mountPath: /given}]
  volumes: [{name: own, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: content}
spec:
  nodeName: node-b
  restartPolicy: Never
  securityContext: {runAsUser: 1000, runAsGroup: 1000}
  containers:
  - name: c
    image: $image
    command: [sh, -c, 'for d in m s p; do touch /\$d/x 2>&1 | grep -c "Read-only file system"; done; cat /m/key; echo; touch /sub/x && echo sub written; df -k /memory | tail -n 1']
    volumeMounts:
    - {name: m, mountPath: /m}
    - {name: s, mountPath: /s}
    - {name: p, mountPath: /p}
    - {name: e, mountPath: /sub, subPath: deep/er}
    - {name: memory, mountPath: /memory}
  volumes:
  - {name: m, configMap: {name: m}}
  - {name: s, secret: {secretName: s}}
  - {name: p, projected: {sources: [{serviceAccountToken: {path: token}}]}}
  - {name: e, emptyDir: {}}
  - {name: memory, emptyDir: {medium: Memory, sizeLimit: 4Mi}}
---
apiVersion: v1
kind: Pod
metadata: {name: fills-volume}
spec:
  nodeName: node-b
  containers:
  - {name: c, image: $image, command: [sh, -c, 'dd if=/dev/zero of=/v/f bs=1024 count=3000; sleep 1000'], volumeMounts: [{name: v, mountPath: /v}]}
  volumes: [{name: v, emptyDir: {sizeLimit: 1Mi}}]
---
apiVersion: v1
kind: Pod
metadata: {name: fills-layer}
spec:
  nodeName: node-b
  containers:
  - {name: c, image: $image, command: [sh, -c, 'dd if=/dev/zero of=/tmp/f bs=1024 count=5000; sleep 1000'], resources: {limits: {ephemeral-storage: 2Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: holes}
spec:
  nodeName: node-b
  containers:
  - {name: c, image: $image, command: [sh, -c, 'dd if=/dev/zero of=/v/f bs=1 count=1 seek=1000000000; sleep 1000'], volumeMounts: [{name: v, mountPath: /v}]}
  volumes: [{name: v, emptyDir: {sizeLimit: 1Mi}}]
YAML
logs() { k -n vol logs "$1"; }
within 60 "an archive that comes later is imported, its image's volume has the image's content" outputs '^wrote$' logs image-volume
words=$(logs image-volume)
ok "a directory that a layer only implies keeps mode and owner" like "$words" '^/scratch 1777 5$'
ok "the image's volume has owner and mode of the image" like "$words" '^/data 2750 70$'
ok "and its files" like "$words" '^of the image$'
ok "and is a mount of its own" like "$words" '^1$'
ok "what the pod mounts is not the image's" like "$words" '^/given 777 0$'
volumes_left() { find "$work/b/data/agent" -type d -name '*.volumes' | >/dev/null grep .; }
ok "the volume is on the node while the container is" volumes_left
k -n vol delete pod image-volume --wait=false >/dev/null
within 20 "and gone with it" fails volumes_left

within 40 "the pod with contents ends well" outputs '^Succeeded$' k -n vol get pod content -o 'jsonpath={.status.phase}'
words=$(logs content)
ok "configMap, secret and projected volumes are read-only" test "$(grep -c '^1$' <<<"$words")" = 3
ok "and show what they hold" like "$words" '^value$'
ok "a subPath of an emptyDir may be written by any user" like "$words" '^sub written$'
ok "a volume in memory is as large as its limit" like "$words" '^tmpfs +4096 '

evicted() { k -n vol get pod "$1" -o 'jsonpath={.status.phase} {.status.reason}: {.status.message}'; }
within 50 "an emptyDir over its sizeLimit evicts" \
  outputs '^Failed Evicted: Usage of EmptyDir volume "v" exceeds the limit "1Mi"\. $' evicted fills-volume
within 50 "a container over its ephemeral-storage limit evicts" \
  outputs '^Failed Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 2Mi\. $' evicted fills-layer
ok "the eviction is told as an event" outputs 'Evicted' k -n vol get events --field-selector involvedObject.name=fills-volume
ok "a file with holes is as large as what is in it" outputs '^Running$' k -n vol get pod holes -o 'jsonpath={.status.phase}'
rm -f "$work/b/data/agent/images/volumes.tar"
k delete namespace vol --wait=false >/dev/null
