#!/usr/bin/env python3
"""Runs bundles that differ in one thing each under several OCI runtimes and compares what a process inside sees.

    bundles.py compare FOLDER BUSYBOX NAME=COMMAND...     the first is ours; prints one line a bundle, and each difference
    bundles.py make FOLDER BUSYBOX BUNDLE                 leaves one
    bundles.py list                                       names of the bundles

What may differ, and why, stands in JUSTIFIED.
"""
import copy
import json
import os
import re
import shutil
import subprocess
import sys

PROBE = r"""
sec() { echo "== $1"; }
sec status; grep -E '^(Umask|Uid|Gid|Groups|Sig(Blk|Ign|Cgt)|Cap.*|NoNewPrivs|Seccomp|Cpus_allowed_list):' /proc/self/status
sec mountinfo; cat /proc/self/mountinfo
sec cgroup; cat /proc/self/cgroup
sec limits; cat /proc/self/limits
sec ns; for n in cgroup ipc mnt net pid time user uts; do echo "$n $(readlink /proc/self/ns/$n)"; done
sec maps; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups
sec dev; ls -lan /dev | awk '/^[bcp]/ {print $1,$3,$4,$5,$6,$NF} /^d/ {print $1,$3,$4,$NF} /^l/ {print $1,$(NF-2),$NF} /^-/ {print $1,$3,$4,$NF}'
sec env; env | grep -vE '^(SHLVL|PWD|OLDPWD|_)=' | sort
sec cwd; pwd
sec names; hostname; cat /proc/sys/kernel/domainname
sec misc; cat /proc/self/oom_score_adj /proc/self/personality /proc/self/timens_offsets 2>/dev/null; ionice -p 1 2>/dev/null; grep -E '^(policy|prio)' /proc/self/sched 2>/dev/null; uname -m
sec sysctl; cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced /proc/sys/fs/mqueue/msg_max 2>/dev/null
sec fds; ls /proc/self/fd | tr '\n' ' '; echo
sec write; touch /probe-file 2>/dev/null && { echo yes; rm /probe-file; } || echo no
sec limitsfiles; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu/cpu.shares /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpuset/cpuset.cpus /sys/fs/cgroup/devices/devices.list 2>/dev/null
sec lo; ip -o link show lo 2>/dev/null | grep -o 'LOWER_UP'
"""

DEFAULT_CAPS = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
                "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
                "CAP_AUDIT_WRITE"]


def base():
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": ["/bin/sh", "/probe.sh"],
            "env": ["PATH=/bin:/usr/bin", "TERM=xterm"],
            "cwd": "/",
            "capabilities": {s: list(DEFAULT_CAPS) for s in ("bounding", "effective", "permitted")},
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
            "noNewPrivileges": True,
        },
        "root": {"path": "rootfs", "readonly": False},
        "hostname": "probe",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
             "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
             "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
            {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
            {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
             "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]},
        ],
        "linux": {
            "resources": {"devices": [{"allow": False, "access": "rwm"}]},
            "namespaces": [{"type": t} for t in ("pid", "network", "ipc", "uts", "mount")],
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/acpi", "/sys/firmware"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }


def without(namespace):
    def change(c):
        c["linux"]["namespaces"] = [n for n in c["linux"]["namespaces"] if n["type"] != namespace]
        if namespace == "uts":
            del c["hostname"]
    return change


def put(path, value):
    def change(c):
        at = c
        *parents, last = path.split("/")
        for part in parents:
            at = at.setdefault(part, {})
        at[last] = value
    return change


def mount(**m):
    return lambda c: c["mounts"].append(m)


def seccomp(action="SCMP_ACT_ERRNO", args=None, default="SCMP_ACT_ALLOW", **more):
    rule = {"names": ["umask"], "action": action}
    if args:
        rule = {"names": ["personality"], "action": action, "args": args}
    return put("linux/seccomp", dict({"defaultAction": default, "architectures": ["SCMP_ARCH_X86_64"],
                                      "syscalls": [rule]}, **more))


def users(c):
    c["linux"]["namespaces"].append({"type": "user"})
    c["linux"]["uidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
    c["linux"]["gidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 65536}]


def hooked(kind, code=0):
    return put("hooks/" + kind, [{"path": "/bin/sh", "args": ["sh", "-c", "cat > /tmp/oci-hook-%s; exit %d" % (kind, code)]}])


def caps(sets, names):
    def change(c):
        for s in sets:
            c["process"]["capabilities"][s] = names
    return change


CASES = {
    "plain": lambda c: None,
    "no-pid-namespace": without("pid"), "no-network-namespace": without("network"), "no-ipc-namespace": without("ipc"),
    "no-uts-namespace": without("uts"),
    "cgroup-namespace": lambda c: c["linux"]["namespaces"].append({"type": "cgroup"}),
    "user-namespace": users,
    "join-network-by-path": lambda c: [n.update(path="/proc/1/ns/net") for n in c["linux"]["namespaces"] if n["type"] == "network"],
    "join-ipc-by-path": lambda c: [n.update(path="/proc/1/ns/ipc") for n in c["linux"]["namespaces"] if n["type"] == "ipc"],
    "root-read-only": put("root/readonly", True),
    "user": put("process/user", {"uid": 1000, "gid": 1001}),
    "additional-groups": put("process/user", {"uid": 0, "gid": 0, "additionalGids": [5, 7, 4294967294]}),
    "user-umask": put("process/user", {"uid": 5, "gid": 6, "umask": 63}),
    "cwd": put("process/cwd", "/tmp"), "cwd-made": put("process/cwd", "/made/for/it"),
    "env": put("process/env", ["PATH=/bin", "A=1", "B=two words", "EMPTY="]),
    "home-given": put("process/env", ["PATH=/bin", "HOME=/there"]),
    "hostname": put("hostname", "another-name"), "domainname": put("domainname", "example.org"),
    "no-new-privileges-off": put("process/noNewPrivileges", False),
    "no-capabilities": caps(("bounding", "effective", "permitted"), []),
    "one-capability": caps(("bounding", "effective", "permitted"), ["CAP_NET_ADMIN"]),
    "ambient": caps(("bounding", "effective", "permitted", "inheritable", "ambient"), ["CAP_NET_BIND_SERVICE", "CAP_CHOWN"]),
    "ambient-user": lambda c: (caps(("bounding", "effective", "permitted", "inheritable", "ambient"), ["CAP_CHOWN"])(c),
                               put("process/user", {"uid": 9, "gid": 9})(c)),
    "inheritable": caps(("inheritable",), ["CAP_CHOWN"]),
    "effective-fewer": caps(("effective",), ["CAP_CHOWN"]),
    "rlimits": put("process/rlimits", [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}, {"type": "RLIMIT_NPROC", "soft": 50, "hard": 60},
                                       {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}, {"type": "RLIMIT_STACK", "soft": 1048576, "hard": 8388608}]),
    "rlimit-infinity": put("process/rlimits", [{"type": "RLIMIT_MEMLOCK", "soft": 18446744073709551615, "hard": 18446744073709551615}]),
    "oom-score": put("process/oomScoreAdj", 321),
    "sysctl-net": put("linux/sysctl", {"net.ipv4.ip_unprivileged_port_start": "77"}),
    "sysctl-ipc": put("linux/sysctl", {"kernel.shm_rmid_forced": "1", "fs.mqueue.msg_max": "9"}),
    "personality-32": put("linux/personality", {"domain": "LINUX32"}),
    "device": put("linux/devices", [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 432, "uid": 3, "gid": 4}]),
    "device-elsewhere": put("linux/devices", [{"path": "/made/node", "type": "c", "major": 1, "minor": 3, "fileMode": 438}]),
    "device-fifo": put("linux/devices", [{"path": "/dev/pipe", "type": "p", "fileMode": 384}]),
    "device-allowed": lambda c: c["linux"]["resources"]["devices"].append({"allow": True, "type": "c", "major": 10, "minor": 229, "access": "rw"}),
    "devices-all": put("linux/resources/devices", [{"allow": True, "access": "rwm"}]),
    "no-masks": lambda c: (c["linux"].pop("maskedPaths"), c["linux"].pop("readonlyPaths")),
    "bind": mount(destination="/data", type="bind", source="BUNDLE/data", options=["rbind", "rprivate"]),
    "bind-read-only": mount(destination="/data", type="bind", source="BUNDLE/data", options=["bind", "ro", "nosuid", "nodev", "noexec"]),
    "bind-file": mount(destination="/etc/hosts", type="bind", source="BUNDLE/data/hosts", options=["bind", "ro"]),
    "bind-relative": mount(destination="/data", type="bind", source="data", options=["bind"]),
    "bind-deep": mount(destination="/a/b/c/d", type="bind", source="BUNDLE/data", options=["rbind", "rw"]),
    "bind-noatime": mount(destination="/data", type="bind", source="BUNDLE/data", options=["bind", "noatime"]),
    "bind-slave": mount(destination="/data", type="bind", source="BUNDLE/data", options=["rbind", "rslave"]),
    "bind-shared": mount(destination="/data", type="bind", source="BUNDLE/data", options=["rbind", "rshared"]),
    "bind-through-link": mount(destination="/link/inside", type="bind", source="BUNDLE/data", options=["bind"]),
    "tmpfs": mount(destination="/scratch", type="tmpfs", source="tmpfs", options=["nosuid", "nodev", "size=1m", "mode=1777"]),
    "tmpfs-keeps-mode": mount(destination="/tmp", type="tmpfs", source="tmpfs", options=["nosuid"]),
    "tmpfs-read-only": mount(destination="/scratch", type="tmpfs", source="tmpfs", options=["ro", "size=1m"]),
    "rootfs-private": put("linux/rootfsPropagation", "private"), "rootfs-slave": put("linux/rootfsPropagation", "slave"),
    "memory": put("linux/resources/memory", {"limit": 67108864, "swap": 67108864}),
    "memory-soft": put("linux/resources/memory", {"limit": 67108864, "reservation": 33554432}),
    "cpu": put("linux/resources/cpu", {"shares": 512, "quota": 50000, "period": 100000}),
    "cpuset": put("linux/resources/cpu", {"cpus": "0", "mems": "0"}),
    "pids": put("linux/resources/pids", {"limit": 64}),
    "cgroups-path": put("linux/cgroupsPath", "/mko-a/b"),
    "seccomp-errno": seccomp(), "seccomp-log": seccomp("SCMP_ACT_LOG"), "seccomp-trap-unused": seccomp("SCMP_ACT_TRAP", [{"index": 0, "value": 77, "op": "SCMP_CMP_EQ"}]),
    "seccomp-masked": seccomp(args=[{"index": 0, "value": 255, "valueTwo": 8, "op": "SCMP_CMP_MASKED_EQ"}]),
    "seccomp-no-new-privileges-off": lambda c: (seccomp()(c), put("process/noNewPrivileges", False)(c)),
    "hook-prestart": hooked("prestart"), "hook-create-runtime": hooked("createRuntime"), "hook-poststart": hooked("poststart"),
    "hook-poststop": hooked("poststop"), "hook-fails": hooked("createRuntime", 3),
    "annotations": put("annotations", {"org.example": "x"}),
    "program-missing": put("process/args", ["nothing-of-this-name"]),
    "program-missing-path": put("process/args", ["/no/such"]),
    "program-not-executable": put("process/args", ["/probe.sh"]),
    "exit-code": put("process/args", ["/bin/sh", "-c", "exit 42"]),
    "killed": put("process/args", ["/bin/sh", "-c", "kill -9 $$"]),
    "mount-in-proc": mount(destination="/proc/self/attr", type="bind", source="BUNDLE/data", options=["bind"]),
    "proc-loadavg": mount(destination="/proc/loadavg", type="bind", source="BUNDLE/data/hosts", options=["bind", "ro"]),
}

# Where ours may differ from a runtime: (runtime or *, bundle or *, section, pattern of the line) and why.
JUSTIFIED = []


def load_justified(path):
    if os.path.exists(path):
        for line in open(path):
            if line.strip() and not line.startswith("#"):
                fields = line.rstrip("\n").split("\t")
                JUSTIFIED.append((fields[0], fields[1], fields[2], re.compile(fields[3])))


def make(folder, busybox, change):
    shutil.rmtree(folder, ignore_errors=True)
    root = os.path.join(folder, "rootfs")
    for d in ("bin", "etc", "tmp", "proc", "sys", "dev", "real", "usr/bin"):
        os.makedirs(os.path.join(root, d))
    os.chmod(os.path.join(root, "tmp"), 0o1777)
    os.symlink("/real", os.path.join(root, "link"))
    os.makedirs(os.path.join(folder, "data"))
    open(os.path.join(folder, "data/hosts"), "w").write("127.0.0.1 here\n")
    shutil.copy(busybox, os.path.join(root, "bin/busybox"))
    for tool in "sh sleep cat ls grep awk sed readlink echo env sort hostname touch rm ip ionice uname tr pwd kill".split():
        os.symlink("busybox", os.path.join(root, "bin", tool))
    open(os.path.join(root, "etc/passwd"), "w").write("root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1001::/home/user:/bin/sh\n")
    open(os.path.join(root, "etc/group"), "w").write("root:x:0:\ntty:x:5:\nlp:x:7:\nmore:x:1234:\n")
    open(os.path.join(root, "probe.sh"), "w").write(PROBE)
    config = base()
    change(config)
    if any(n["type"] == "user" for n in config["linux"]["namespaces"]):
        subprocess.run(["chown", "-Rh", "100000:100000", root], check=True)
    text = json.dumps(config, indent=1).replace("BUNDLE", folder)
    open(os.path.join(folder, "config.json"), "w").write(text)


def normal(section, line, folder, ident):
    line = line.replace(folder, "BUNDLE").replace(ident, "ID")
    if section == "mountinfo":
        before, after = line.split(" - ")
        fields = before.split()
        tags = [re.sub(r":\d+", "", t) for t in fields[6:]]
        kind, source, options = (after.split(" ", 2) + [""])[:3]
        return " ".join([fields[4], fields[3], fields[5], *tags, "-", kind, source, ",".join(sorted(options.split(",")))])
    if section == "ns":
        name, link = line.split(" ", 1)
        try:
            host = os.readlink("/proc/self/ns/" + name)
        except OSError:
            host = ""
        return name + (" host" if link == host else " own")
    if section == "cgroup":
        return re.sub(r"^\d+:", "", line)
    return line.rstrip()


def run(command, folder, case):
    ident = "mko-%s-%d" % (case, os.getpid())
    done = subprocess.run(command.split() + ["run", "--bundle", folder, ident], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)
    seen, section = {"exit": ["%d" % done.returncode]}, "output"
    for line in done.stdout.splitlines():
        if line.startswith("== "):
            section = line[3:]
            seen[section] = []
        else:
            seen.setdefault(section, []).append(normal(section, line, folder, ident))
    for key in ("mountinfo", "cgroup", "limitsfiles"):
        if key in seen:
            seen[key] = sorted(seen[key])
    for hook in ("prestart", "createRuntime", "poststart", "poststop"):
        path = "/tmp/oci-hook-" + hook
        if os.path.exists(path):
            state = json.load(open(path))
            seen.setdefault("hook", []).append("%s %s %s" % (hook, state.get("status"), sorted(k for k in state if k not in ("rootfs", "annotations"))))
            os.remove(path)
    return seen, done.stderr


def differences(case, name, ours, theirs):
    found = []
    for section in sorted(set(ours) | set(theirs)):
        a, b = ours.get(section, []), theirs.get(section, [])
        for sign, line in [("+", l) for l in a if l not in b] + [("-", l) for l in b if l not in a]:
            why = [j for j in JUSTIFIED if j[0] in ("*", name) and j[1] in ("*", case) and j[2] in ("*", section) and j[3].search(line)]
            found.append((section, sign + line, bool(why)))
    return found


def compare(folder, busybox, runtimes, only):
    bad = justified = 0
    for case, change in CASES.items():
        if only and case not in only:
            continue
        results = []
        for name, command in runtimes:
            make(folder, busybox, change)
            results.append((name, *run(command, folder, case)))
        ours = results[0][1]
        lines = []
        for name, theirs, stderr in results[1:]:
            for section, line, why in differences(case, name, ours, theirs):
                justified += why
                if not why:
                    lines.append("#   against %s, %s: %s" % (name, section, line))
        print(("not ok - " if lines else "ok - ") + "bundle %s: as under %s" % (case, ", ".join(r[0] for r in results[1:])))
        if lines:
            bad += 1
            print("\n".join(lines[:40]))
            for name, _, stderr in results:
                if stderr.strip():
                    print("#   %s said: %s" % (name, stderr.strip()[:300]))
        sys.stdout.flush()
    print("# %d bundles, %d differ without a reason, %d differences with one" % (len(CASES), bad, justified))
    return bad


if __name__ == "__main__":
    if sys.argv[1] == "list":
        print("\n".join(CASES))
    elif sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3], CASES[sys.argv[4]])
    else:
        load_justified(os.path.join(os.path.dirname(os.path.abspath(__file__)), "justified.tsv"))
        pairs = [a.split("=", 1) for a in sys.argv[4:] if "=" in a]
        sys.exit(1 if compare(sys.argv[2], sys.argv[3], pairs, [a for a in sys.argv[4:] if "=" not in a]) else 0)
