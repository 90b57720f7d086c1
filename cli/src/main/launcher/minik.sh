#!/bin/sh
# minik: this file is a shell script with a JAR behind it. It runs the newest Java (17 or later) that the machine has.
# MINIK_JAVA names another one; MINIK_JAVA_OPTS adds JVM options. The class archive beside it is made by `minik warm-up`.
self=$(readlink -f "$0")
config=${MINIK_CONFIG_FILE:-/etc/minik/config.yaml}
configured() { # KEY: sets said to what the config files say behind it, without quotes and comments
  said=
  for file in "$config" "$config.d"/*.yaml "$config.d"/*.yml; do
    [ -r "$file" ] || continue
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in "$1:"*) said=${line#"$1:"} said=${said%%" #"*} ;; esac
    done <"$file"
  done
  said=${said#"${said%%[! ]*}"}
  said=${said%"${said##*[! ]}"}
  case $said in \"*\" | \'*\') said=${said#?} said=${said%?} ;; esac
}
# minik kubectl …, minik crictl … and links to this file of such names: the program that --fetch brought or the machine has, told
# where this machine's cluster is. No Java is started for it.
tool() { # NAME ARGUMENTS...
  tool=$1
  shift
  configured data-dir
  data=${MINIK_DATA_DIR:-${said:-/var/lib/minik}}
  if [ "$tool" = kubectl ] && [ -z "$KUBECONFIG" ]; then
    configured write-kubeconfig
    written=${MINIK_WRITE_KUBECONFIG:-${said:-/etc/minik/minik.yaml}}
    if [ -r "$written" ]; then
      export KUBECONFIG="$written"
    elif [ -e "$written" ]; then
      echo "minik: $written can't be read: sudo minik kubectl …, or start the server with --write-kubeconfig-mode or" \
        "--write-kubeconfig-group" >&2
    fi
  elif [ "$tool" = crictl ] && [ -z "$CRI_CONFIG_FILE" ]; then
    configured run-dir
    endpoint=unix://${MINIK_RUN_DIR:-${said:-/run/minik}}/cri.sock
    export CONTAINER_RUNTIME_ENDPOINT="${CONTAINER_RUNTIME_ENDPOINT:-$endpoint}"
    export IMAGE_SERVICE_ENDPOINT="${IMAGE_SERVICE_ENDPOINT:-$CONTAINER_RUNTIME_ENDPOINT}"
  fi
  before=$IFS IFS=:
  # shellcheck disable=SC2086
  set -- "$data/bin:$PATH" "$@"
  for folder in $1; do
    # A link to this very file would come back here for ever.
    if [ -x "${folder:-.}/$tool" ] && [ "$(readlink -f "${folder:-.}/$tool")" != "$self" ]; then
      IFS=$before
      shift
      # shellcheck disable=SC2093
      exec "${folder:-.}/$tool" "$@"
    fi
  done
  echo "minik: $tool is not on this machine: \"minik $tool --fetch\" brings it (from the internet, checked), or put it on the PATH" >&2
  exit 127
}
case ${0##*/} in kubectl | crictl | ctr) set -- "${0##*/}" "$@" ;; esac
case $1/$2 in
  kubectl/--fetch | crictl/--fetch) ;;
  kubectl/* | crictl/*) tool "$@" ;;
  ctr/*)
    echo "minik: there is no containerd here, so nothing for ctr to ask: \"minik crictl ps\", \"minik crictl images\" and" \
      "\"minik crictl pull\" do the same; archives of images go into DATA-DIR/agent/images" >&2
    exit 1
    ;;
esac
# `minik runc`, and a link to this file whose name ends in runc: an OCI runtime. Its client beside this file needs no shell
# and, while a minik runs, no Java.
case ${0##*/} in *runc) set -- runc "$@" ;; esac
if [ "$1" = runc ] && [ "$self.runc" -nt "$self" ]; then shift; exec "$self.runc" "$@"; fi
best=0 java=''
# A start waits for all of this, and sed and cat take some milliseconds each: the shell reads the files itself.
major() { # FILE: sets version to the number that a JDK's release file begins its version with
  version=0
  while IFS='"' read -r key value rest; do
    [ "$key" = JAVA_VERSION= ] && version=${value%%[!0-9]*} && break
  done <"$1"
}
for home in "$JAVA_HOME" "$(dirname "$self")/jre" /usr/lib/jvm/* /opt/java/* /usr/java/*; do
  [ -x "$home/bin/java" ] && [ -r "$home/release" ] || continue
  major "$home/release"
  [ "${version:-0}" -gt "$best" ] && best=$version java=$home/bin/java
done
[ -n "$MINIK_JAVA" ] && java=$MINIK_JAVA best=$("$MINIK_JAVA" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
if [ -z "$java" ] && java=$(command -v java); then best=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p'); fi
[ "${best:-0}" -ge 17 ] || { echo "minik: needs Java 17 or later (Debian: apt-get install openjdk-17-jre-headless)" >&2; exit 1; }
# How much memory objects and requests may take, in MiB: --memory-limit, MINIK_MEMORY_LIMIT or the config file's memory-limit; else a quarter
# of the machine's or of the control group's memory, from 320 MiB to 4 GiB, but never more than three quarters of it.
# Half of it is the heap's most (MINIK_HEAP names another one); a quarter may be buffers outside.
mebibytes() { # QUANTITY
  number=${1%%[!0-9]*}
  case ${1#"$number"} in
    Ki) echo $((number / 1024)) ;; k) echo $((number / 1049)) ;;
    Mi) echo "$number" ;; M) echo $((number * 1000 / 1049)) ;;
    Gi) echo $((number * 1024)) ;; G) echo $((number * 1000000 / 1049)) ;;
    '') [ -n "$number" ] && echo $((number / 1048576)) ;;
  esac
}
while read -r name kibibytes _; do
  [ "$name" = MemTotal: ] && total=$((kibibytes / 1024)) && break
done </proc/meminfo
capped() { # FILE FOLDER ROOT: the smallest limit from a control group up
  group=$2
  while :; do
    if read -r bytes 2>/dev/null <"$3$group/$1" && [ "$bytes" != max ] && [ ${#bytes} -lt 18 ]; then
      [ $((bytes / 1048576)) -lt "$total" ] && total=$((bytes / 1048576))
    fi
    [ -n "$group" ] || break
    group=${group%/*}
  done
}
unified='' legacy=''
while IFS=: read -r number controllers path; do
  case $number:$controllers in 0:) unified=$path ;; *:memory) legacy=$path ;; esac
done 2>/dev/null </proc/self/cgroup
capped memory.max "$unified" /sys/fs/cgroup
capped memory.limit_in_bytes "$legacy" /sys/fs/cgroup/memory
asked='' before=''
for word do
  case $before in --memory-limit) asked=$word ;; --config | -c) config=$word ;; esac
  case $word in --memory-limit=*) asked=${word#*=} ;; --config=*) config=${word#*=} ;; esac
  before=$word
done
[ -n "$asked" ] || asked=$MINIK_MEMORY_LIMIT
[ -n "$asked" ] || { configured memory-limit && asked=$said; }
if [ -n "$asked" ]; then
  limit=$(mebibytes "$asked")
  [ "${limit:-0}" -ge 128 ] || { echo "minik: --memory-limit $asked: not an amount of memory of 128Mi or more, such as 512Mi" >&2; exit 1; }
else
  limit=$((total / 4))
  [ $limit -gt 320 ] || limit=320
  [ $limit -lt 4096 ] || limit=4096
  [ $limit -lt $((total * 3 / 4)) ] || limit=$((total * 3 / 4))
fi
set -- -jar "$self" "$@"
[ -n "$MINIK_HEAP" ] || set -- -XX:MaxDirectMemorySize=$((limit / 4))m "$@"
# Small and quiet: one GC thread, one compiler tier, a small young generation, no perf file, a heap that is given back,
# parsed objects that are let go when they were not read for some 3 s; measured in bench/RESULTS.md.
[ "$best" -ge 25 ] && set -- -XX:TrimNativeHeapInterval=300000 "$@"
[ "$best" -ge 23 ] && set -- --sun-misc-unsafe-memory-access=allow "$@"
[ "$best" -ge 22 ] && set -- --enable-native-access=ALL-UNNAMED "$@"
# Mapped where it was made for, the archive stays clean file pages: 20 MB less of memory that is minik's alone.
[ -r "$self.jsa" ] && set -- -XX:SharedArchiveFile="$self.jsa" -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off \
  -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 "$@"
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
# shellcheck disable=SC2086
exec "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx${MINIK_HEAP:-$((limit / 2))m} -Xms16m -Xmn8m -Xss512k \
  -XX:MinHeapFreeRatio=20 -XX:MaxHeapFreeRatio=40 -XX:-ShrinkHeapInSteps \
  -XX:SoftRefLRUPolicyMSPerMB=$((8000 / limit + 1)) -XX:ReservedCodeCacheSize=48m -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError $MINIK_JAVA_OPTS "$@"
