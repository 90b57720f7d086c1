# shellcheck shell=bash disable=SC2154
# What a pod tries with its own volumes, links, working directories and volumes' targets, to reach the node. Sourced by run.sh.
# The node's settings, devices, accounts and mounts of procfs are compared before and after.
pods_host() {
  cat /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hostname /proc/sys/kernel/panic 2>/dev/null
  stat -c '%n %F %t:%T %a %u' /dev/null /dev/zero /dev/full /proc/sys/kernel/core_pattern
  sha256sum /etc/passwd /etc/group /etc/shadow 2>/dev/null
  awk '$5 ~ "^/(proc|sys|dev|etc)(/|$)" { print $4, $5 }' /proc/self/mountinfo | sort
}
pods_yaml() { # NAME INIT-SCRIPT MOUNT-PATH COMMAND: a pod whose first container prepares what the second has mounted
  cat <<EOF
apiVersion: v1
kind: Pod
metadata: {name: $1, namespace: attack-pods}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  volumes: [{name: v, emptyDir: {}}]
  initContainers:
  - {name: prepare, image: $image, command: [sh, -c, "$2"], volumeMounts: [{name: v, mountPath: /v}]}
  containers:
  - {name: c, image: $image, command: [sh, -c, "$4"], volumeMounts: [{name: v, mountPath: $3}]}
---
EOF
}
pods_why() { k -n attack-pods get pod "$1" -o jsonpath='{.status.containerStatuses[*].state}'; }
pods_ran() { k -n attack-pods get pod "$1" -o jsonpath='{.status.containerStatuses[*].state.terminated.reason}' | >/dev/null grep Completed; }
pods_disk() { # records of containers, and no value of a Secret in them; the store is the server's own matter
  local records
  records=$(find "$work/a/data" -xdev -name config.json -path '*/containers/*')
  [ -n "$records" ] && ! find "$work/a/data" -xdev -type f ! -path '*/server/*' -exec grep -lsa hunter2-of-the-pods {} + | grep .
}
pods_limit() { # the pod's own group, wherever its hierarchy is mounted
  local uid file
  uid=$(k -n attack-pods get pod secret -o jsonpath='{.metadata.uid}')
  file=$(find /sys/fs/cgroup -path "*pod$uid/pids.max" 2>/dev/null | head -n 1)
  [ -n "$file" ] && grep -Eq '^[0-9]+$' "$file"
}
pods_logs() { # there are some, and none that everybody may read
  [ -n "$(find "$work/a/log" -path '*attack-pods_devnull_*' -name '*.log')" ] &&
    ! find "$work/a/log" -path '*attack-pods_*' -perm /o+rwx ! -type l | grep .
}

pods_before=$(pods_host)
k create namespace attack-pods >/dev/null
within 30 "the namespace has its account" k -n attack-pods get serviceaccount default
k -n attack-pods create secret generic s --from-literal=password=hunter2-of-the-pods >/dev/null
look='stat -c %n=%t:%T /proc/kcore /proc/keys /proc/timer_list 2>/tmp/errors; old=$(cat /proc/sys/kernel/core_pattern); for f in /proc/kcore /proc/keys /proc/timer_list /proc/interrupts /proc/sys/kernel/core_pattern; do echo $old > $f; done 2>/tmp/errors; grep -c core_pattern /proc/self/mountinfo; echo looked'
{
  pods_yaml devnull 'ln -s /proc/sys/kernel/core_pattern /v/null' /dev "$look"
  pods_yaml shm 'ln -s /proc/sys/kernel /v/shm' /dev 'echo looked'
  pods_yaml proc 'true' /proc/sys/kernel 'echo looked'
  pods_yaml over 'mkdir -p /v/self /v/sys' /proc 'echo looked'
  pods_yaml nested 'ln -s /proc/sys /v/sub' /data 'echo looked' | sed 's|mountPath: /data}\]|mountPath: /data}, {name: v, mountPath: /data/sub/kernel}]|'
  for fd in 3 5 6 7 8 9; do
    pods_yaml "cwd$fd" 'true' /v 'echo looked' | sed "s|{name: c, |{name: c, workingDir: /proc/self/fd/$fd, |"
  done
  pods_yaml secret 'true' /v 'sleep 1000' | sed 's|{name: c, |{name: c, env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: s, key: password}}}], |'
} | k apply -f - >/dev/null
within 30 "a pod whose /dev/null is a link runs" pods_ran devnull
ok "its masked files are the node's null device" outputs '^/proc/timer_list=1:3|^/proc/kcore=1:3' k -n attack-pods logs devnull -c c
ok "nothing of core_pattern is mounted in it" outputs '^0$' k -n attack-pods logs devnull -c c
within 30 "a link at /dev/shm to procfs is refused" outputs '/dev/shm.* cannot be mounted because it is inside /proc' pods_why shm
within 30 "a volume below /proc is refused as runc does" outputs 'cannot be mounted because it is inside /proc' pods_why proc
within 30 "a volume over /proc is refused" outputs 'not of type proc' pods_why over
within 30 "a link between two volumes leads to no procfs" outputs 'cannot be mounted because it is inside /proc|no such file' pods_why nested
for fd in 3 5 6 7 8 9; do
  within 30 "a working directory at descriptor $fd is refused" outputs 'chdir to cwd .*failed' pods_why "cwd$fd"
done
within 30 "the pod with a secret in its environment runs" outputs running pods_why secret
ok "the secret's value is in no record on disk" pods_disk
ok "a command in the pod has it" outputs '^hunter2-of-the-pods$' k -n attack-pods exec secret -c c -- sh -c 'echo $PASSWORD'
ok "the number of its processes is bounded" pods_limit
ok "its logs are not for everybody" pods_logs
ok "a cgroup file system can't be mounted by it" outputs 'denied|not permitted' k -n attack-pods exec secret -c c -- sh -c 'mount -t cgroup -o memory x /tmp 2>&1'
ok "a command's descriptors are its stdio" outputs '^0 1 2 3 $' k -n attack-pods exec secret -c c -- sh -c 'ls /proc/self/fd | tr "\n" " "; echo'
ok "the node is as it was" test "$pods_before" = "$(pods_host)"
k delete namespace attack-pods --wait=false >/dev/null
within 60 "the pods are gone" fails k get namespace attack-pods
