# Hostile images, made here and pushed to the test's registry or laid into agent/images: whatever their names say, the host
# stays as it was.
victim=$work/a/victim
made=$work/hostile
mkdir -p "$victim/sub" "$made"
echo "of the host" >"$victim/secret"
echo "of the host" >"$victim/sub/secret"
# A file that gets a name more, or another mode, owner, time or attribute, shows in its change time.
victims() { find "$victim" -printf '%P %y %m %U %G %s %n %i %T@ %C@\n' | sort; }
victims >"$made/before"

# Each layer by the names that a tar holds, in order; the same program makes an archive as docker saves it.
cat >"$made/make.py" <<'PY'
import gzip, hashlib, io, json, os, sys, tarfile

def entry(name, kind, link="", data=b"", mode=0o644, dev=(0, 0)):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.size = kind, link, mode, len(data)
    info.devmajor, info.devminor = dev
    return info, data

def tar(entries, tail=b""):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue() + tail

def file(name, text="written", mode=0o644): return entry(name, tarfile.REGTYPE, data=text.encode(), mode=mode)
def directory(name, mode=0o755): return entry(name, tarfile.DIRTYPE, mode=mode)
def symlink(name, to): return entry(name, tarfile.SYMTYPE, to)
def hardlink(name, to): return entry(name, tarfile.LNKTYPE, to)

victim, out = sys.argv[1:3]
busybox = open("/bin/busybox", "rb").read()
base = [directory("bin"), entry("bin/busybox", tarfile.REGTYPE, data=busybox, mode=0o755), symlink("bin/sh", "busybox")]
chain = [symlink("a", victim), hardlink("b", "a")]
layers = {
    "steal": chain + [hardlink("c", "b/secret")],
    "steal-deep": chain + [symlink("d", "b/sub"), hardlink("e", "d"), hardlink("f", "e/secret")],
    "steal-up": [symlink("a", "../../../../../../../.." + victim), hardlink("b", "a"), hardlink("c", "b/secret")],
    "write": chain + [file("b/new"), file("b/secret", mode=0o777), file("b/sub/suid", mode=0o4777)],
    "whiteout": chain + [file("b/.wh.secret", ""), file("b/.wh..wh..opq", ""), file("b/sub/.wh..wh..opq", "")],
    "modes": chain + [directory("b/sub", 0o777), directory("b/made", 0o4777), symlink("b/link", "/")],
    "devices": chain + [entry("b/null", tarfile.CHRTYPE, dev=(1, 3)), entry("b/pipe", tarfile.FIFOTYPE)],
}
tails = {"endless": b"\0" * (64 << 20)}
layers["endless"] = [file("x")]
many = tarfile.TarInfo("x")
many.pax_headers = {"SCHILY.xattr.user.%d" % at: "x" * 60000 for at in range(40)}
layers["headers"] = [(many, b"")]
for name, entries in layers.items():
    tars = [tar(base), tar(entries, tails.get(name, b""))]
    config = {"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/bin/sh", "-c", "true"], "Env": ["PATH=/bin"]},
              "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(t).hexdigest() for t in tars]}}
    place = os.path.join(out, name)
    os.makedirs(place, exist_ok=True)
    for at, content in enumerate(tars):
        open(f"{place}/{at}.gz", "wb").write(gzip.compress(content, 1, mtime=0))
    open(f"{place}/config.json", "w").write(json.dumps(config))
    with tarfile.open(f"{out}/{name}.tar", "w") as archive:
        def add(member, content):
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        add("config.json", json.dumps(config).encode())
        for at, content in enumerate(tars):
            add(f"{at}.tar", content)
        add("manifest.json", json.dumps([{"Config": "config.json", "RepoTags": [f"saved/{name}:1"],
                                          "Layers": ["0.tar", "1.tar"]}]).encode())
PY
python3 "$made/make.py" "$victim" "$made"

hostile_push() { # NAME
  local dir=$made/$1 repository=hostile/$1 layers="" at digest config
  for at in 0 1; do
    digest=$(blob_push a 5000 "$repository" "$dir/$at.gz") || return 1
    layers="$layers${layers:+,}{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"$digest\",\"size\":$(stat -c %s "$dir/$at.gz")}"
  done
  config=$(blob_push a 5000 "$repository" "$dir/config.json") || return 1
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%s},"layers":[%s]}' \
    "$config" "$(stat -c %s "$dir/config.json")" "$layers" >"$dir/manifest.json"
  on a curl -fsS -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
    --data-binary "@$dir/manifest.json" "http://127.0.0.1:5000/v2/$repository/manifests/1"
}

hostile_all="steal steal-deep steal-up write whiteout modes devices endless headers"
k create namespace images >/dev/null
within 10 "the account of namespace images is there" k -n images get serviceaccount default
for name in $hostile_all; do
  ok "image $name is pushed" hostile_push "$name"
  k -n images run "$name" --image="127.0.0.1:5000/hostile/$name:1" --restart=Never >/dev/null
done
waiting() { outputs '^(ErrImagePull|ImagePullBackOff)$' k -n images get pod "$1" -o 'jsonpath={.status.containerStatuses[0].state.waiting.reason}'; }
for name in steal steal-deep steal-up endless headers; do
  within 150 "an image that can't be is not pulled: $name" waiting "$name"
done
for name in write whiteout modes devices; do
  within 150 "an image whose names lead into itself runs: $name" outputs '^Succeeded$' \
    k -n images get pod "$name" -o 'jsonpath={.status.phase}'
done
ok "the pull's refusal says what is wrong" outputs 'goes on for more than 16777216 bytes after its end' \
  k -n images get events --field-selector involvedObject.name=endless
unchanged() { victims | diff "$made/before" -; }
ok "hostile images left the host as it was" unchanged

# The same by the folder of archives, which is watched.
for name in $hostile_all; do mv "$made/$name.tar" "$work/a/data/agent/images/"; done
imported() { grep -q "saved/$1:1" "$work/a/data/agent/content/images/"*.json; }
within 150 "a saved image whose names lead into itself is imported" imported modes
refused() { grep -q "import failed.*$1.tar" "$work/a/err"; }
for name in steal steal-deep steal-up endless headers; do
  within 150 "a saved image that can't be is refused: $name" refused "$name"
done
ok "hostile archives left the host as it was" unchanged
rm -f "$work/a/data/agent/images/"*.tar
k delete namespace images --wait=false >/dev/null
rm -rf "$made" "$victim"
