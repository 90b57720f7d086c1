#!/usr/bin/env bash
# bench.sh FOLDER NAME=COMMAND...: `run` of a program that ends at once, under each runtime in turns; p50, p90 and least in ms,
# and the CPU that a run takes, with that of the process SERVER=PID, which serves the first.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
shift
python3 "$here/bundles.py" make "$folder" "$(command -v busybox)" plain
python3 - "$folder" "${ROUNDS:-41}" "$@" <<'PY'
import json, os, resource, subprocess, sys, time
folder, rounds, runtimes = sys.argv[1], int(sys.argv[2]), [a.split("=", 1) for a in sys.argv[3:]]
config = json.load(open(folder + "/config.json"))
config["process"]["args"] = ["/bin/busybox", "true"]
json.dump(config, open(folder + "/config.json", "w"))
took = {name: [] for name, _ in runtimes}
used = {name: 0 for name, _ in runtimes}
server = os.environ.get("SERVER")
def cpu(first):
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = 0
    if first and server:
        fields = open("/proc/%s/stat" % server).read().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
    return children.ru_utime + children.ru_stime + ticks / os.sysconf("SC_CLK_TCK")
for turn in range(rounds + 5):
    for name, command in runtimes:
        first = name == runtimes[0][0]
        began, before = time.perf_counter(), cpu(first)
        subprocess.run(command.split() + ["run", "--bundle", folder, "mko-bench"], check=True, stdin=subprocess.DEVNULL)
        if turn >= 5:
            took[name].append((time.perf_counter() - began) * 1000)
            used[name] += cpu(first) - before
for name, each in took.items():
    each.sort()
    print("%-8s p50 %6.1f  p90 %6.1f  least %6.1f ms  CPU %5.1f ms" % (
        name, each[len(each) // 2], each[len(each) * 9 // 10], each[0], used[name] * 1000 / len(each)))
PY
