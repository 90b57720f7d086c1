"""The pods of streams.sh: pod.py SOCKET CONTAINERD IMAGE up|down."""
import sys

from cri import Client, Words, carried

cri = Client(Words(carried(sys.argv[2])), sys.argv[1])
READS = 'while read line; do echo "got $line"; done; sleep 1000'
for name, command, stdin in (('plain', ['httpd', '-f', '-p', '8080', '-h', '/www'], False),
                             ('reads', ['sh', '-c', READS], True)):
    config = dict(metadata=dict(name=name, uid=name, namespace='streams', attempt=0))
    if sys.argv[4] == 'up':
        pod = cri.RunPodSandbox(config=config).pod_sandbox_id
        container = cri.CreateContainer(pod_sandbox_id=pod, sandbox_config=config, config=dict(
            metadata=dict(name=name), image=dict(image=sys.argv[3]), command=command, stdin=stdin,
            annotations={'stdin': str(stdin).lower()})).container_id
        cri.StartContainer(container_id=container)
    else:
        for each in cri.ListPodSandbox().items:
            if each.metadata.namespace == 'streams':
                cri.RemovePodSandbox(pod_sandbox_id=each.id)
