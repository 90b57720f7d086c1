#!/usr/bin/env bash
# bench.sh FOLDER NAME=COMMAND...: `run` of a program that ends at once, under each runtime in turns; p50, p90 and least in ms.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
shift
python3 "$here/bundles.py" make "$folder" "$(command -v busybox)" plain
python3 - "$folder" "${ROUNDS:-41}" "$@" <<'PY'
import json, subprocess, sys, time
folder, rounds, runtimes = sys.argv[1], int(sys.argv[2]), [a.split("=", 1) for a in sys.argv[3:]]
config = json.load(open(folder + "/config.json"))
config["process"]["args"] = ["/bin/busybox", "true"]
json.dump(config, open(folder + "/config.json", "w"))
took = {name: [] for name, _ in runtimes}
for turn in range(rounds + 5):
    for name, command in runtimes:
        began = time.perf_counter()
        subprocess.run(command.split() + ["run", "--bundle", folder, "mko-bench"], check=True, stdin=subprocess.DEVNULL)
        if turn >= 5:
            took[name].append((time.perf_counter() - began) * 1000)
for name, each in took.items():
    each.sort()
    print("%-8s p50 %6.1f  p90 %6.1f  least %6.1f ms" % (name, each[len(each) // 2], each[len(each) * 9 // 10], each[0]))
PY
