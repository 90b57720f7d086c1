#!/usr/bin/env bash
# All tests: unit and contract suites by Maven, then the scenarios of inttest/ on the built program, then a look whether
# anything was left behind. Installs what it needs. Run as root on Debian 12.
#   ./test.sh            everything
#   ./test.sh unit       only Maven's
#   ./test.sh crash …    only the named scenarios (the program must be built). Of size a tenth is
#                      run unless SIZE=full says otherwise, which takes half an hour
set -uo pipefail
cd "$(dirname "$0")" || exit 1
mkdir -p .work
. ./build-env.sh
bash inttest/tools.sh || { echo "the tools could not be installed"; exit 1; }
export PATH=$PWD/.work/tools/bin:$PATH

passed=0 failed=0 skipped=0 times=
scenarios=(first-story command console everyday kubectl crds services box charts cri far-pods crash kills backup node-loss clients conformance attack fuzz outside
  operator reports oci store-fault etcd ha faults size quickstart install)
unit=1
if [ $# -gt 0 ]; then
  if [ "$1" = unit ]; then scenarios=(); else unit=0 scenarios=("$@"); fi
fi

# What a test could leave behind, as text that can be compared.
traces() {
  echo "processes:"; pgrep -fa 'target/minik|docker-registry serve|surefirebooter' | awk '{print $2, $3, $4}' | sort
  echo "mounts:"; awk '{print $5}' /proc/self/mountinfo | sort
  echo "netns:"; ip netns list | awk '{print $1}' | sort
  echo "links:"; ip -o link | awk -F': ' '{print $2}' | cut -d@ -f1 | sort
  echo "cgroups:"; find /sys/fs/cgroup -mindepth 2 -maxdepth 3 -type d \( -name 'mk*' -o -name 'minik*' \) 2>/dev/null | sort
  echo "nft:"; nft list tables 2>/dev/null | sort
}
traces >.work/before.txt

if [ $unit = 1 ]; then
  echo "== unit and contract tests (log: .work/build.log)"
  # A test that fails is counted below, from the reports; it must not keep the program from being built and tried.
  if timeout "${MINIK_BUILD_LIMIT:-1500}" ./mvnw -B -ntp -Dmaven.test.failure.ignore=true verify >.work/build.log 2>&1; then
    grep -E 'Tests run:.*Time elapsed' .work/build.log | sed 's/^\[[A-Z]*\] /  /'
    grep -E '^\[ERROR\]' .work/build.log | head -60
  else
    failed=$((failed + 1))
    grep -E '^\[ERROR\]|BUILD FAILURE|Tests run:.*Fail' .work/build.log | head -60
    echo "not ok - the build (log: .work/build.log)"
  fi
  times+=$'\n'"$SECONDS s build and unit tests"
  read -r run bad skip < <(find . -path '*/target/surefire-reports/TEST-*.xml' -newer .work/before.txt -print0 |
    xargs -0 -r grep -ho '<testsuite [^>]*>' |
    sed -E 's/.* tests="([0-9]+)".*/&/' |
    awk '{ t=e=f=s=0
           if (match($0, / tests="[0-9]+"/)) t=substr($0, RSTART+8, RLENGTH-9)
           if (match($0, / errors="[0-9]+"/)) e=substr($0, RSTART+9, RLENGTH-10)
           if (match($0, / failures="[0-9]+"/)) f=substr($0, RSTART+11, RLENGTH-12)
           if (match($0, / skipped="[0-9]+"/)) s=substr($0, RSTART+10, RLENGTH-11)
           T+=t; B+=e+f; S+=s } END { print T+0, B+0, S+0 }')
  passed=$((passed + run - bad - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
fi

for scenario in "${scenarios[@]}"; do
  echo "== $scenario"
  began=$SECONDS
  SIZE=${SIZE:-tenth} timeout "${MINIK_SCENARIO_LIMIT:-900}" bash "inttest/$scenario/run.sh" >".work/$scenario.log" 2>&1
  status=$?
  cat ".work/$scenario.log"
  good=$(grep -c '^ok - ' ".work/$scenario.log")
  bad=$(grep -c '^not ok - ' ".work/$scenario.log")
  if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
    bad=1
    echo "not ok - $scenario ended with $status"
  fi
  passed=$((passed + good)) failed=$((failed + bad))
  times+=$'\n'"$((SECONDS - began)) s $scenario"
done

# Only what came is left behind: what was there before and is gone now may be a run's that was broken off, cleaned by this one.
traces >.work/after.txt
if [ -s .work/after.txt ] && ! diff .work/before.txt .work/after.txt | grep '^>' >.work/left.txt; then
  passed=$((passed + 1))
  echo "ok - the tests left nothing behind"
else
  failed=$((failed + 1))
  echo "not ok - the tests left something behind"
  sed 's/^/#   /' .work/left.txt
fi
# The longest first: who adds to one sees what it costs everybody.
echo "time:$(sort -rn <<<"$times" | head -12 | sed '/^$/d; s/^/ /; s/$/,/' | tr -d '\n')"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
