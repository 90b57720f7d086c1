#!/bin/sh
# minik: this file is a shell script with a JAR behind it. It runs the newest Java (17 or later) that the machine has.
# MINIK_JAVA names another one; MINIK_JAVA_OPTS adds JVM options. The class archive beside it is made by `minik warm-up`.
self=$(readlink -f "$0")
best=0 java=
for home in "$JAVA_HOME" "$(dirname "$self")/jre" /usr/lib/jvm/* /opt/java/* /usr/java/*; do
  [ -x "$home/bin/java" ] && [ -r "$home/release" ] || continue
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
  [ "${version:-0}" -gt "$best" ] && best=$version java=$home/bin/java
done
[ -n "$MINIK_JAVA" ] && java=$MINIK_JAVA best=$("$MINIK_JAVA" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
if [ -z "$java" ] && java=$(command -v java); then best=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p'); fi
[ "${best:-0}" -ge 17 ] || { echo "minik: needs Java 17 or later (Debian: apt-get install openjdk-17-jre-headless)" >&2; exit 1; }
# Small and quiet: one GC thread, one compiler tier, a small young generation, no perf file, a heap that is given back,
# parsed objects that are let go when they were not read for some 10 s; measured in bench/RESULTS.md.
set -- -jar "$self" "$@"
[ "$best" -ge 25 ] && set -- -XX:TrimNativeHeapInterval=300000 "$@"
[ "$best" -ge 23 ] && set -- --sun-misc-unsafe-memory-access=allow "$@"
[ "$best" -ge 22 ] && set -- --enable-native-access=ALL-UNNAMED "$@"
# Mapped where it was made for, the archive stays clean file pages: 20 MB less of memory that is minik's alone.
[ -r "$self.jsa" ] && set -- -XX:SharedArchiveFile="$self.jsa" -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off \
  -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 "$@"
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
# shellcheck disable=SC2086
exec "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx${MINIK_HEAP:-160m} -Xms16m -Xmn8m -Xss512k \
  -XX:MinHeapFreeRatio=20 -XX:MaxHeapFreeRatio=40 -XX:-ShrinkHeapInSteps \
  -XX:SoftRefLRUPolicyMSPerMB=100 -XX:ReservedCodeCacheSize=48m -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError $MINIK_JAVA_OPTS "$@"
