"""What critest (kubernetes-sigs/cri-tools, pkg/validate) asks of a runtime, and what crictl shows people, asked by Debian's gRPC.

validate.py SOCKET CONTAINERD CRI.PB REGISTRY DIRECTORY: against a CRI runtime on SOCKET, in the words that CONTAINERD's program
carries; the younger ones are of CRI.PB, our definition compiled. Images are in REGISTRY: minik/busybox:1 and others by run.sh.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid

import grpc

from cri import Client, Words, carried, case, compiled, equal, flat, has, refused
import cri

SOCKET, CONTAINERD, OURS, REGISTRY, DIR = sys.argv[1:6]
upstream, ours = carried(CONTAINERD), compiled(OURS)
words, young = Words(upstream), Words(ours)
c, y = Client(words, SOCKET), Client(young, SOCKET)
IMAGE = REGISTRY + '/minik/busybox:1'
Mode, State, Sandbox = words.NamespaceMode, words.ContainerState, words.PodSandboxState
Code = grpc.StatusCode


def pod_config(name='pod', **more):
    unique = str(uuid.uuid4())
    config = dict(metadata=dict(name=name + '-' + unique, uid='uid-' + unique, namespace='ns-' + unique, attempt=0),
                  labels={'what': 'validation'}, linux=dict(cgroup_parent='/validation'))
    config['linux'].update(more.pop('linux', {}))
    config.update(more)
    return config


class Pod:
    """A sandbox that is gone after the block."""

    def __init__(self, client=c, handler='', **more):
        self.client = client
        self.config = pod_config(**more)
        self.id = client.RunPodSandbox(config=self.config, runtime_handler=handler).pod_sandbox_id

    def __enter__(self):
        return self

    def __exit__(self, *error):
        c.StopPodSandbox(pod_sandbox_id=self.id)
        c.RemovePodSandbox(pod_sandbox_id=self.id)

    def create(self, name='c', command=('sleep', '1000'), image=IMAGE, security=None, resources=None, **more):
        linux = {}
        if security is not None:
            linux['security_context'] = security
        if resources is not None:
            linux['resources'] = resources
        config = dict(metadata=dict(name=name + '-' + str(uuid.uuid4()), attempt=0), image=dict(image=image), linux=linux)
        if command is not None:
            config['command'] = list(command)
        config.update(more)
        return self.client.CreateContainer(pod_sandbox_id=self.id, config=config, sandbox_config=self.config).container_id

    def start(self, *args, **fields):
        id = self.create(*args, **fields)
        c.StartContainer(container_id=id)
        equal(status(id).state, State.CONTAINER_RUNNING)
        return id

    def status(self):
        return c.PodSandboxStatus(pod_sandbox_id=self.id).status


def status(id, client=c):
    return client.ContainerStatus(container_id=id).status


def soon(condition, seconds=20):
    """Looked at ten times a second. @return what it returns once that is true"""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError('not within %d s' % seconds)
        time.sleep(0.1)


def ended(id):
    soon(lambda: status(id).state == State.CONTAINER_EXITED)
    return status(id)


def run(id, *command):
    """Its output; fails unless it succeeds in silence."""
    answer = c.ExecSync(container_id=id, cmd=list(command), timeout=20)
    if answer.exit_code or answer.stderr:
        raise AssertionError('%s: %d %s' % (' '.join(command), answer.exit_code, answer.stderr))
    return answer.stdout.decode()


def tried(id, *command):
    answer = c.ExecSync(container_id=id, cmd=list(command), timeout=20)
    return answer.exit_code, answer.stderr.decode()


def log_lines(path):
    """[(stream, tag, text)], each line as CRI says it is."""
    found = []
    for line in open(path):
        at, stream, tag, text = line.rstrip('\n').split(' ', 3)
        equal(len(at) >= len('2016-10-06T00:17:09Z') and 'T' in at, True)
        found.append((stream, tag, text))
    return found


def said(**fields):
    """What a container says that runs once."""
    folder = os.path.join(DIR, 'logs-' + str(uuid.uuid4()))
    linux = fields.pop('pod_linux', {})
    with Pod(log_directory=folder, linux=linux) as pod:
        id = pod.create(log_path='c.log', **fields)
        c.StartContainer(container_id=id)
        ended(id)
        return log_lines(os.path.join(folder, 'c.log'))


def folder(name):
    path = os.path.join(DIR, name + '-' + str(uuid.uuid4()))
    os.makedirs(path)
    return path


# ---- words

@case('our definition has what upstream\'s has, number by number')
def _():
    theirs, own = flat(upstream), flat(ours)
    skipped = [name for name in theirs if 'indows' in name]
    # Of 1.26; upstream itself put another message in its place in 1.27.
    skipped.append('ContainerEventResponse.pod_sandbox_metadata')
    wrong = ['%s: %s, ours %s' % (name, theirs[name], own.get(name))
             for name in theirs if name not in skipped and theirs[name] != own.get(name)]
    equal(wrong, [])
    equal(len(theirs) > 400, True)


# ---- the runtime

@case('version and name are told')
def _():
    told = c.Version(version='0.1.0')
    equal((told.version, told.runtime_name, told.runtime_api_version), ('0.1.0', 'minik', 'v1'))
    equal(bool(told.runtime_version), True)


@case('the runtime and its network are ready')
def _():
    conditions = {each.type: each.status for each in c.Status().status.conditions}
    equal((conditions['RuntimeReady'], conditions['NetworkReady']), (True, True))


@case('status with more words has them')
def _():
    equal(len(c.Status().info), 0)
    for value in c.Status(verbose=True).info.values():
        json.loads(value)
    equal(len(c.Status(verbose=True).info) > 0, True)


@case('handlers say what they can, the default one too')
def _():
    handlers = {each.name: each.features for each in y.Status().runtime_handlers}
    equal(handlers[''].recursive_read_only_mounts, True)
    equal(handlers[''].user_namespaces, True)
    equal(y.RuntimeConfig().linux.cgroup_driver, young.CgroupDriver.CGROUPFS)


@case('a handler that is not there is refused')
def _():
    refused(Code.INVALID_ARGUMENT, c.RunPodSandbox, config=pod_config(), runtime_handler='nosuch')


# ---- images

def forget(image):
    c.RemoveImage(image=dict(image=image))


def pulled(image):
    return c.PullImage(image=dict(image=image)).image_ref


@case('an image is pulled by its tag, and removed')
def _():
    name = REGISTRY + '/minik/other:2'
    forget(name)
    ref = pulled(name)
    image = c.ImageStatus(image=dict(image=name)).image
    equal((image.id, list(image.repo_tags), image.size > 0), (ref, [name], True))
    forget(image.id)
    equal(c.ImageStatus(image=dict(image=name)).HasField('image'), False)


@case('an image without a tag is the latest')
def _():
    pulled(REGISTRY + '/minik/other')
    equal(list(c.ImageStatus(image=dict(image=REGISTRY + '/minik/other')).image.repo_tags), [REGISTRY + '/minik/other:latest'])
    forget(REGISTRY + '/minik/other')


@case('an image is pulled by its digest, and has no tag then')
def _():
    name = REGISTRY + '/minik/other:2'
    pulled(name)
    digest = c.ImageStatus(image=dict(image=name)).image.repo_digests[0]
    forget(name)
    pulled(digest)
    image = c.ImageStatus(image=dict(image=digest)).image
    equal((list(image.repo_tags), list(image.repo_digests)), ([], [digest]))
    forget(digest)
    equal(c.ImageStatus(image=dict(image=digest)).HasField('image'), False)


@case('an image is found by all of its names')
def _():
    name = REGISTRY + '/minik/other:2'
    pulled(name)
    image = c.ImageStatus(image=dict(image=name)).image
    for other in [image.id, image.id.split(':')[1]] + list(image.repo_tags) + list(image.repo_digests):
        equal(c.ImageStatus(image=dict(image=other)).image, image)
    forget(name)


@case('three images are three, and three tags of one are one')
def _():
    names = [REGISTRY + '/minik/' + each for each in ('other:1', 'other:2', 'other:3')]
    ids = [pulled(each) for each in names]
    equal(len(set(ids)), 3)
    listed = {each.id: list(each.repo_tags) for each in c.ListImages().images}
    equal([listed[id] for id in ids], [[each] for each in names])
    same = [REGISTRY + '/minik/same:' + each for each in '123']
    one = {pulled(each) for each in same}
    equal(len(one), 1)
    listed = {each.id: sorted(each.repo_tags) for each in c.ListImages().images}
    equal(listed[one.pop()], same)
    for each in names + same:
        forget(each)


@case('the user of an image is told by number or name')
def _():
    for tag, uid, name in (('uid', 1002, ''), ('uidgroup', 1003, ''), ('name', 0, 'nobody'), ('namegroup', 0, 'nobody')):
        image = REGISTRY + '/minik/user:' + tag
        pulled(image)
        found = c.ImageStatus(image=dict(image=image)).image
        equal((found.uid.value, found.username), (uid, name))
        forget(image)


@case('the same image of two names has one id, and a container tells it')
def _():
    first, second = pulled(REGISTRY + '/minik/same:1'), pulled(REGISTRY + '/elsewhere/same:1')
    equal(first, second)
    with Pod(y) as pod:
        id = pod.create(image=second)
        equal(status(id, y).image_id, first)
        equal([each.image_id for each in y.ListContainers(filter=dict(id=id)).containers], [first])


@case('a pull that takes longer than its client waits ends for that one')
def _():
    forget(IMAGE)
    refused(Code.DEADLINE_EXCEEDED, c.PullImage, image=dict(image=IMAGE), within=0.001)


@case('an image that is not there is said, not made up')
def _():
    refused(Code.NOT_FOUND, c.PullImage, image=dict(image='127.0.0.1:5000/minik/nosuch:1'))
    refused(Code.INVALID_ARGUMENT, c.PullImage, image=dict(image='NOT A NAME'))
    forget('0' * 64)
    forget('0' * 64)


pulled(IMAGE)


@case('an image filter and the disk of images')
def _():
    equal([each.repo_tags[0] for each in c.ListImages(filter=dict(image=dict(image=IMAGE))).images], [IMAGE])
    equal(len(c.ListImages(filter=dict(image=dict(image=REGISTRY + '/no/such:1'))).images), 0)
    disk = c.ImageFsInfo().image_filesystems[0]
    equal(disk.timestamp > 0 and disk.used_bytes.value > 0 and os.path.isdir(disk.fs_id.mountpoint), True)


# ---- sandboxes

@case('a sandbox runs, stops and is removed')
def _():
    with Pod() as pod:
        equal((pod.status().state, pod.status().created_at > 0), (Sandbox.SANDBOX_READY, True))
        equal([each.id for each in c.ListPodSandbox(filter=dict(id=pod.id)).items], [pod.id])
        equal(dict(pod.status().labels), {'what': 'validation'})
        c.StopPodSandbox(pod_sandbox_id=pod.id)
        equal(pod.status().state, Sandbox.SANDBOX_NOTREADY)
        c.StopPodSandbox(pod_sandbox_id=pod.id)
        c.RemovePodSandbox(pod_sandbox_id=pod.id)
        equal(len(c.ListPodSandbox(filter=dict(id=pod.id)).items), 0)
        c.RemovePodSandbox(pod_sandbox_id=pod.id)


@case('sandboxes are filtered by state and labels')
def _():
    with Pod(labels={'one': 'a'}) as one, Pod(labels={'one': 'b'}):
        equal([each.id for each in c.ListPodSandbox(filter=dict(label_selector={'one': 'a'})).items], [one.id])
        ready = c.ListPodSandbox(filter=dict(state=dict(state=Sandbox.SANDBOX_NOTREADY))).items
        equal([each.id for each in ready if each.id == one.id], [])


@case('what is not there is stopped and removed, but has no status')
def _():
    none = str(uuid.uuid4())
    c.StopPodSandbox(pod_sandbox_id=none)
    c.RemovePodSandbox(pod_sandbox_id=none)
    c.StopContainer(container_id=none)
    c.RemoveContainer(container_id=none)
    refused(Code.NOT_FOUND, c.PodSandboxStatus, pod_sandbox_id=none)
    refused(Code.NOT_FOUND, c.ContainerStatus, container_id=none)
    refused(Code.NOT_FOUND, c.ReopenContainerLog, container_id=none)
    refused(Code.NOT_FOUND, c.ExecSync, container_id=none, cmd=['true'])


@case('a sandbox\' status has its containers, and more words when asked')
def _():
    with Pod(y) as pod:
        id = pod.start()
        told = y.PodSandboxStatus(pod_sandbox_id=pod.id, verbose=True)
        equal([each.id for each in told.containers_statuses], [id])
        equal(told.timestamp > 0, True)
        json.loads(told.info['info'])


@case('the handler of a sandbox is told')
def _():
    with Pod(handler='runc') as pod:
        equal(pod.status().runtime_handler, 'runc')
        equal([each.runtime_handler for each in c.ListPodSandbox(filter=dict(id=pod.id)).items], ['runc'])


@case('sysctls are set, those that belong to the node refused')
def _():
    with Pod(linux=dict(sysctls={'kernel.shm_rmid_forced': '1', 'fs.mqueue.msg_max': '100'})) as pod:
        id = pod.start()
        equal(run(id, 'cat', '/proc/sys/kernel/shm_rmid_forced'), '1\n')
        equal(run(id, 'cat', '/proc/sys/fs/mqueue/msg_max'), '100\n')
    refused(Code.INVALID_ARGUMENT, c.RunPodSandbox, config=pod_config(linux=dict(sysctls={'vm.swappiness': '1'})))


# ---- containers

@case('a container is made, started, stopped and removed')
def _():
    with Pod() as pod:
        id = pod.create(labels={'x': 'y'}, annotations={'an.notation': 'kept'})
        equal(status(id).state, State.CONTAINER_CREATED)
        c.StartContainer(container_id=id)
        equal(status(id).state, State.CONTAINER_RUNNING)
        equal((dict(status(id).labels), dict(status(id).annotations)), ({'x': 'y'}, {'an.notation': 'kept'}))
        c.StopContainer(container_id=id, timeout=1)
        equal(status(id).state, State.CONTAINER_EXITED)
        c.StopContainer(container_id=id, timeout=1)
        equal(status(id).finished_at >= status(id).started_at > 0, True)
        c.RemoveContainer(container_id=id)
        equal(len(c.ListContainers(filter=dict(id=id)).containers), 0)
        c.RemoveContainer(container_id=id)


@case('one that was only made, and one that runs, are removed')
def _():
    with Pod() as pod:
        for id in (pod.create(), pod.start()):
            c.RemoveContainer(container_id=id)
            equal(len(c.ListContainers(filter=dict(id=id)).containers), 0)


@case('containers are filtered by state, sandbox and labels')
def _():
    with Pod() as pod, Pod() as other:
        made, started, elsewhere = pod.create(labels={'f': '1'}), pod.start(labels={'f': '2'}), other.create(labels={'f': '1'})
        listed = lambda **fields: sorted(each.id for each in c.ListContainers(filter=fields).containers)
        equal(listed(pod_sandbox_id=pod.id), sorted([made, started]))
        equal(listed(pod_sandbox_id=pod.id, state=dict(state=State.CONTAINER_RUNNING)), [started])
        equal(listed(label_selector={'f': '1'}), sorted([made, elsewhere]))


@case('a stop of a container that does not listen ends it after its time')
def _():
    with Pod() as pod:
        id = pod.start(command=['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'])
        c.StopContainer(container_id=id, timeout=1)
        equal(status(id).exit_code, 137)


@case('a program that is not there is said, and the container has ended')
def _():
    with Pod() as pod:
        id = pod.create(command=['/no/such'])
        try:
            c.StartContainer(container_id=id)
            raise AssertionError('was started')
        except grpc.RpcError as error:
            has(error.details(), '/no/such')
        equal((status(id).state, status(id).exit_code, status(id).reason), (State.CONTAINER_EXITED, 128, 'StartError'))


@case('the kernel\'s killing for want of memory is told')
def _():
    with Pod(linux=dict(security_context=dict(privileged=True))) as pod:
        id = pod.create(command=['sh', '-c', 'dd if=/dev/zero of=/dev/null bs=20M'],
                        resources=dict(memory_limit_in_bytes=15 << 20, memory_swap_limit_in_bytes=15 << 20))
        c.StartContainer(container_id=id)
        equal((ended(id).exit_code, status(id).reason), (137, 'OOMKilled'))


@case('a command inside, its output and exit code')
def _():
    with Pod() as pod:
        id = pod.start()
        equal(run(id, 'echo', 'hello'), 'hello\n')
        answer = c.ExecSync(container_id=id, cmd=['sh', '-c', 'echo out; echo err >&2; exit 7'])
        equal((answer.stdout, answer.stderr, answer.exit_code), (b'out\n', b'err\n', 7))


@case('a command that takes too long is ended')
def _():
    with Pod() as pod:
        id = pod.start()
        refused(Code.DEADLINE_EXCEEDED, c.ExecSync, container_id=id, cmd=['sleep', '4321'], timeout=1)
        soon(lambda: run(id, 'sh', '-c', 'ps | grep "[s]leep 4321" || true') == '')


@case('variables, working directory, arguments and signal are as asked')
def _():
    lines = said(command=['sh', '-c'], args=['echo $A in $(pwd)'], working_dir='/tmp', envs=[dict(key='A', value='b')])
    equal(lines, [('stdout', 'F', 'b in /tmp')])
    with Pod(y) as pod:
        id = pod.start(command=['sh', '-c', 'trap "exit 5" USR1; touch /tmp/ready; while :; do sleep 0.1; done'],
                       stop_signal=young.Signal.SIGUSR1)
        soon(lambda: tried(id, 'ls', '/tmp/ready')[0] == 0)
        equal(status(id, y).stop_signal, young.Signal.SIGUSR1)
        c.StopContainer(container_id=id, timeout=10)
        equal(status(id).exit_code, 5)


@case('a status has mounts, limits, user and log')
def _():
    at = folder('mount')
    with Pod(y, log_directory=folder('logs')) as pod:
        id = pod.start(mounts=[dict(host_path=at, container_path='/m', readonly=True)], log_path='c.log',
                       resources=dict(cpu_shares=512, cpu_quota=50000, cpu_period=100000, memory_limit_in_bytes=64 << 20),
                       security=dict(run_as_user=dict(value=1001), run_as_group=dict(value=1002), supplemental_groups=[7]))
        told = status(id, y)
        mounts = [(each.container_path, each.host_path, each.readonly) for each in told.mounts]
        equal(mounts, [('/m', at, True)])
        limits = told.resources.linux
        equal((limits.cpu_shares, limits.cpu_quota, limits.cpu_period, limits.memory_limit_in_bytes),
              (512, 50000, 100000, 64 << 20))
        user = told.user.linux
        equal((user.uid, user.gid, sorted(user.supplemental_groups)), (1001, 1002, [7, 1002]))
        equal(told.log_path, os.path.join(pod.config['log_directory'], 'c.log'))
        pid = json.loads(y.ContainerStatus(container_id=id, verbose=True).info['info'])['pid']
        has(open('/proc/%d/cmdline' % pid).read(), 'sleep')


@case('other limits of a running container')
def _():
    with Pod() as pod:
        id = pod.start(resources=dict(cpu_shares=512, memory_limit_in_bytes=64 << 20))
        c.UpdateContainerResources(container_id=id, linux=dict(cpu_shares=256, memory_limit_in_bytes=80 << 20))
        limits = status(id).resources.linux
        equal((limits.cpu_shares, limits.memory_limit_in_bytes), (256, 80 << 20))


# ---- mounts

@case('a directory of the node is mounted, by way of a link too')
def _():
    at = folder('volume')
    open(os.path.join(at, 'flag'), 'w').close()
    os.symlink(at, at + '-link')
    with Pod() as pod:
        for path in (at, at + '-link'):
            id = pod.start(mounts=[dict(host_path=path, container_path=path)])
            equal(run(id, 'ls', '-A', path), 'flag\n')


@case('a path of the node that is not there is made')
def _():
    at = os.path.join(DIR, 'absent-' + str(uuid.uuid4()), 'deep')
    with Pod() as pod:
        id = pod.start(mounts=[dict(host_path=at, container_path='/m')])
        run(id, 'touch', '/m/file')
        equal(os.listdir(at), ['file'])


def propagation(how, into, out):
    top = folder('propagation')
    source, inner, filled = (os.path.join(top, each) for each in ('mnt', 'mnt/in', 'filled'))
    os.makedirs(inner)
    os.makedirs(filled)
    open(os.path.join(filled, 'flag'), 'w').close()
    subprocess.check_call(['mount', '--bind', source, source])
    try:
        subprocess.check_call(['mount', '--make-rprivate' if how == 'PROPAGATION_PRIVATE' else '--make-rshared', source])
        with Pod(linux=dict(security_context=dict(privileged=True))) as pod:
            id = pod.start(security=dict(privileged=True), mounts=[
                dict(host_path=source, container_path=source, propagation=getattr(words.MountPropagation, how))])
            told = status(id).mounts
            equal([(each.host_path, each.propagation) for each in told], [(source, getattr(words.MountPropagation, how))])
            subprocess.check_call(['mount', '--bind', filled, inner])
            equal(bool(run(id, 'ls', '-A', inner)), into)
            run(id, 'sh', '-c', 'mkdir -p %s/out && mount --bind /etc %s/out' % (source, source))
            equal(bool(os.listdir(source + '/out')), out)
    finally:
        subprocess.call(['umount', '-R', '-l', source])


@case('mounts don\'t propagate where they are private')
def _():
    propagation('PROPAGATION_PRIVATE', False, False)


@case('mounts of the node come into the container')
def _():
    propagation('PROPAGATION_HOST_TO_CONTAINER', True, False)


@case('and go both ways')
def _():
    propagation('PROPAGATION_BIDIRECTIONAL', True, True)


@case('what lies below a read-only mount is read-only where that is asked')
def _():
    top = folder('below')
    os.makedirs(top + '/tmpfs')
    subprocess.check_call(['mount', '-t', 'tmpfs', 'none', top + '/tmpfs'])
    try:
        with Pod(y, linux=dict(security_context=dict(privileged=True))) as pod:
            for recursive in (False, True):
                id = pod.start(mounts=[dict(host_path=top, container_path='/m', readonly=True, recursive_read_only=recursive)])
                equal('Read-only' in tried(id, 'touch', '/m/tmpfs/file')[1], recursive)
            for more in (dict(readonly=False), dict(readonly=True, propagation=1), dict(readonly=True, propagation=2)):
                refused(Code.INVALID_ARGUMENT, pod.create,
                        mounts=[dict(host_path=top, container_path='/m', recursive_read_only=True, **more)])
    finally:
        subprocess.call(['umount', top + '/tmpfs'])


@case('an image is mounted as a whole and in part, and stays while it is')
def _():
    with Pod(y) as pod:
        mount = lambda **more: dict(dict(container_path='/m', readonly=True, image=dict(image=IMAGE)), **more)
        id = pod.start(mounts=[mount(), mount(container_path='/part', image_sub_path='bin')])
        seen = run(id, 'sh', '-c', 'ls /m /part; touch /m/x 2>&1 || true')
        for word in ('bin', 'sh', 'Read-only file system'):
            has(seen, word)
        told = {each.container_path: each for each in status(id, y).mounts}
        equal((told['/m'].image.image, told['/part'].image_sub_path, told['/m'].readonly), (IMAGE, 'bin', True))
        refused(Code.NOT_FOUND, pod.create, mounts=[mount(image=dict(image=REGISTRY + '/minik/none:1'))])
        for bad in (mount(readonly=False), mount(host_path='/tmp'), mount(image_sub_path='../x'), mount(image=dict(image=''))):
            refused(Code.INVALID_ARGUMENT, pod.create, mounts=[bad])
        id = pod.create(mounts=[mount(image_sub_path='none')])
        try:
            c.StartContainer(container_id=id)
            raise AssertionError('was started')
        except grpc.RpcError as error:
            has(error.details(), 'open /none of the image')


@case('a device of the node is there')
def _():
    with Pod() as pod:
        id = pod.start(devices=[dict(host_path='/dev/null', container_path='/dev/mine', permissions='rwm')])
        equal(run(id, 'stat', '-c', '%t %T', '/dev/mine'), '1 3\n')


# ---- logs

@case('a log has CRI\'s form, stream by stream, and parts of long lines')
def _():
    lines = said(command=['sh', '-c', 'echo hello World; echo wrong >&2; printf %20000s | tr " " x; echo'])
    equal([each for each in lines if each[0] == 'stderr'], [('stderr', 'F', 'wrong')])
    first, *parts = [each for each in lines if each[0] == 'stdout']
    equal(first, ('stdout', 'F', 'hello World'))
    equal(([tag for _, tag, _ in parts], sum(len(text) for _, _, text in parts)), (['P', 'F'], 20000))


@case('a log goes on in a new file once it is asked to')
def _():
    at = folder('logs')
    with Pod(log_directory=at) as pod:
        id = pod.start(command=['sh', '-c', 'while :; do echo hello World; sleep 0.1; done'], log_path='c.log')
        soon(lambda: os.path.exists(at + '/c.log') and log_lines(at + '/c.log'))
        os.rename(at + '/c.log', at + '/c.log.new')
        c.ReopenContainerLog(container_id=id)
        equal(os.path.exists(at + '/c.log'), True)
        soon(lambda: log_lines(at + '/c.log'))
        before = os.path.getsize(at + '/c.log.new')
        time.sleep(1)
        equal(os.path.getsize(at + '/c.log.new'), before)
        c.StopContainer(container_id=id)
        try:
            c.ReopenContainerLog(container_id=id)
            raise AssertionError('was opened')
        except grpc.RpcError:
            pass


# ---- network

@case('resolv.conf is as asked')
def _():
    with Pod(dns_config=dict(servers=['10.10.10.10'], searches=['google.com'], options=['ndots:8'])) as pod:
        text = run(pod.start(), 'cat', '/etc/resolv.conf')
        for line in ('nameserver 10.10.10.10', 'search google.com', 'options ndots:8'):
            has(text, line)


def page(url):
    try:
        return urllib.request.urlopen(url, timeout=2).read().decode()
    except OSError:
        return ''


SERVER = ['httpd', '-f', '-p', '8080', '-h', '/www']


@case('a pod is reached at its address')
def _():
    with Pod(port_mappings=[dict(container_port=8080)]) as pod:
        pod.start(command=SERVER)
        soon(lambda: page('http://%s:8080/version' % pod.status().network.ip) == 'minik\n')


@case('a pod is reached at a port of the node, which is free afterwards')
def _():
    with Pod(port_mappings=[dict(container_port=8080, host_port=18080)]) as pod:
        pod.start(command=SERVER)
        soon(lambda: page('http://127.0.0.1:18080/version') == 'minik\n')
        refused(Code.INVALID_ARGUMENT, c.RunPodSandbox,
                config=pod_config(port_mappings=[dict(container_port=80, host_port=18080)]))
    soon(lambda: page('http://127.0.0.1:18080/version') == '')
    with Pod(port_mappings=[dict(container_port=8080, host_port=18080, host_ip='127.0.0.1')]) as pod:
        pod.start(command=SERVER)
        soon(lambda: page('http://127.0.0.1:18080/version') == 'minik\n')


@case('the hostname is the pod\'s')
def _():
    with Pod(hostname='here') as pod:
        id = pod.start()
        equal((run(id, 'hostname'), run(id, 'cat', '/etc/hostname')), ('here\n', 'here\n'))
        has(run(id, 'cat', '/etc/hosts'), pod.status().network.ip + '\there')


# ---- security

def spaces(**modes):
    return dict(security_context=dict(namespace_options=modes))


@case('the node\'s processes, the pod\'s, and one\'s own')
def _():
    options = dict(pid=Mode.NODE)
    with Pod(linux=spaces(**options)) as pod:
        id = pod.start(security=dict(namespace_options=options))
        equal(os.readlink('/proc/self/ns/pid'), run(id, 'readlink', '/proc/self/ns/pid').strip())
    with Pod(linux=spaces(pid=Mode.POD)) as pod:
        first, second = pod.start(), pod.start()
        equal(run(first, 'readlink', '/proc/self/ns/pid'), run(second, 'readlink', '/proc/self/ns/pid'))
        equal('sleep' in run(first, 'cat', '/proc/1/cmdline'), False)
    options = dict(pid=Mode.CONTAINER)
    with Pod(linux=spaces(**options)) as pod:
        has(run(pod.start(security=dict(namespace_options=options)), 'cat', '/proc/1/cmdline'), 'sleep')


@case('users of the pod\'s own, or the node\'s; other modes and mappings are refused')
def _():
    mapping = [dict(container_id=0, host_id=65536, length=100000)]
    options = dict(userns_options=dict(mode=Mode.POD, uids=mapping, gids=mapping))
    where = folder('mapped')
    with Pod(y, linux=spaces(**options)) as pod:
        id = pod.start(security=dict(namespace_options=options), mounts=[
            dict(host_path=where, container_path='/mapped', uidMappings=mapping, gidMappings=mapping)])
        equal(run(id, 'cat', '/proc/self/uid_map', '/proc/self/gid_map').split(), ['0', '65536', '100000'] * 2)
        equal(run(id, 'sh', '-c', 'echo x > /mapped/x; stat -c %u:%g /mapped/x /etc/hosts /bin').split(), ['0:0'] * 3)
        equal(os.stat(where + '/x').st_uid, 0)
        told = y.PodSandboxStatus(pod_sandbox_id=pod.id).status.linux.namespaces.options.userns_options
        equal((told.mode, told.uids[0].host_id, told.gids[0].length), (Mode.POD, 65536, 100000))
        has(refused(Code.INVALID_ARGUMENT, pod.create, mounts=[dict(container_path='/m', host_path='/tmp', uidMappings=[
            dict(host_id=1, container_id=0, length=1)])]), 'mappings')
    with Pod(y, linux=spaces(userns_options=dict(mode=Mode.NODE))) as pod:
        equal(run(pod.start(), 'cat', '/proc/self/uid_map').split(), open('/proc/self/uid_map').read().split())
    other = [dict(container_id=1, host_id=1000, length=100000)]
    for bad in (dict(mode=Mode.POD, uids=mapping * 2, gids=mapping * 2), dict(mode=Mode.POD, uids=other, gids=other),
                dict(mode=Mode.CONTAINER), dict(mode=Mode.TARGET)):
        has(refused(Code.INVALID_ARGUMENT, y.RunPodSandbox, config=pod_config(linux=spaces(userns_options=bad))), 'userns')


@case('a container of its own processes beside those that share theirs, and one that looks at another')
def _():
    with Pod(linux=spaces(pid=Mode.POD)) as pod:
        alone = pod.start(security=dict(namespace_options=dict(pid=Mode.CONTAINER)))
        has(run(alone, 'cat', '/proc/1/cmdline'), 'sleep')
        looks = pod.start(security=dict(namespace_options=dict(pid=Mode.TARGET, target_id=alone)))
        equal(run(looks, 'readlink', '/proc/self/ns/pid'), run(alone, 'readlink', '/proc/self/ns/pid'))
    with Pod(linux=spaces(pid=Mode.CONTAINER)) as pod:
        node = pod.start(security=dict(namespace_options=dict(pid=Mode.NODE)))
        equal(os.readlink('/proc/self/ns/pid'), run(node, 'readlink', '/proc/self/ns/pid').strip())


@case('the node\'s shared memory, and the pod\'s own')
def _():
    made = subprocess.check_output(['ipcmk', '-M', '1048576']).decode().split(':')[1].strip()
    try:
        for mode, seen in ((Mode.NODE, True), (Mode.POD, False)):
            with Pod(linux=spaces(ipc=mode)) as pod:
                text = run(pod.start(security=dict(namespace_options=dict(ipc=mode))), 'cat', '/proc/sysvipc/shm')
                equal(made in text.split(), seen)
    finally:
        subprocess.call(['ipcrm', '-m', made])


@case('the node\'s network, and the pod\'s own')
def _():
    server = socket.socket()
    server.bind(('127.0.0.1', 0))
    server.listen()
    for mode, seen in ((Mode.NODE, True), (Mode.POD, False)):
        options = dict(network=mode)
        with Pod(linux=spaces(**options)) as pod:
            text = run(pod.start(security=dict(namespace_options=options)), 'netstat', '-ltn')
            equal(':%d ' % server.getsockname()[1] in text, seen)
            equal(bool(pod.status().network.ip), not seen)


@case('users and groups, by number and by name')
def _():
    who = lambda **security: said(command=['sh', '-c', 'echo $(id -u):$(id -g) $(id -G)'], security=security)[0][2]
    equal(who(run_as_user=dict(value=1001)), '1001:0 0')
    equal(who(run_as_user=dict(value=1001), run_as_group=dict(value=1002)), '1001:1002 1002')
    equal(who(run_as_username='nobody'), '65534:65534 65534')
    equal(who(run_as_username='nobody', run_as_group=dict(value=5)), '65534:5 5')
    equal(who(supplemental_groups=[1234, 5678]).split(), ['0:0', '0', '1234', '5678'])
    with Pod() as pod:
        refused(Code.INVALID_ARGUMENT, pod.create, security=dict(run_as_group=dict(value=1002)))
        has(refused(Code.INVALID_ARGUMENT, pod.create, security=dict(run_as_username='nosuch')), 'nosuch')


@case('the groups of the image count, unless it is strict')
def _():
    policy = young.SupplementalGroupsPolicy
    image = REGISTRY + '/minik/groups:1'
    pulled(image)
    with Pod(y) as pod:
        for each, groups in ((policy.Merge, [1000, 50000, 60000]), (policy.Strict, [1000, 60000])):
            id = pod.start(image=image, security=dict(run_as_user=dict(value=1000), supplemental_groups=[60000],
                                                      supplemental_groups_policy=each))
            equal(sorted(map(int, run(id, 'id', '-G').split())), groups)
            equal(sorted(status(id, y).user.linux.supplemental_groups), groups)


@case('a root file system that can\'t be written')
def _():
    write = ['sh', '-c', 'touch test.go && [ -f test.go ] && echo Found']
    equal(said(command=write, security=dict(readonly_rootfs=False)), [('stdout', 'F', 'Found')])
    equal(said(command=write, security=dict(readonly_rootfs=True)), [('stderr', 'F', 'touch: test.go: Read-only file system')])


BRIDGE = ['ip', 'link', 'set', 'lo', 'mtu', '1400']


@case('privileged containers may do it, others not')
def _():
    with Pod(linux=dict(security_context=dict(privileged=True))) as pod:
        equal(tried(pod.start(security=dict(privileged=True)), *BRIDGE)[0], 0)
    with Pod() as pod:
        equal(tried(pod.start(), *BRIDGE)[0] != 0, True)
        refused(Code.INVALID_ARGUMENT, pod.create, security=dict(privileged=True))


@case('capabilities are added and dropped, all of them too')
def _():
    with Pod() as pod:
        add = lambda *names, **drop: pod.start(security=dict(capabilities=dict(add_capabilities=names, **drop)))
        equal(tried(add('NET_ADMIN'), *BRIDGE)[0], 0)
        effective = lambda id: int(run(id, 'sh', '-c', 'grep CapEff /proc/self/status').split()[1], 16)
        equal(effective(add('ALL')) >> 38 & 1, 1)
        equal(effective(pod.start(security=dict(capabilities=dict(drop_capabilities=['ALL'])))), 0)
        equal(effective(add('CAP_NET_ADMIN', drop_capabilities=['ALL'])), 1 << 12)
        refused(Code.INVALID_ARGUMENT, pod.create, security=dict(capabilities=dict(add_capabilities=['NO_SUCH'])))


@case('paths are hidden, and read-only')
def _():
    with Pod() as pod:
        id = pod.start(security=dict(masked_paths=['/www/version', '/etc']))
        equal((run(id, 'cat', '/www/version'), run(id, 'ls', '/etc')), ('', ''))
        id = pod.start(security=dict(readonly_paths=['/tmp']))
        equal(tried(id, 'touch', '/tmp/test')[1], 'touch: /tmp/test: Read-only file system\n')


def profile(call):
    path = os.path.join(DIR, 'profile-%s-%s.json' % (call, uuid.uuid4()))
    json.dump({'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': [call], 'action': 'SCMP_ACT_ERRNO'}]}, open(path, 'w'))
    return path


def seccomp(kind, path=''):
    return dict(profile_type=getattr(words.SecurityProfile, kind) if hasattr(words.SecurityProfile, kind) else
                {'RuntimeDefault': 0, 'Unconfined': 1, 'Localhost': 2}[kind], localhost_ref=path)


@case('seccomp: none, the runtime\'s, one\'s own, by both fields')
def _():
    filtered = lambda **security: run(pod.start(security=security), 'grep', 'Seccomp:', '/proc/self/status').split()[1]
    with Pod() as pod:
        equal(filtered(), '0')
        equal(filtered(seccomp=seccomp('Unconfined')), '0')
        equal(filtered(seccomp=seccomp('RuntimeDefault')), '2')
        equal(filtered(seccomp_profile_path='unconfined'), '0')
        equal(filtered(seccomp_profile_path='docker/default'), '2')
        equal(filtered(seccomp_profile_path='runtime/default'), '2')
        for fields in (dict(seccomp=seccomp('Localhost', profile('chmod'))),
                       dict(seccomp_profile_path='localhost/' + profile('chmod'))):
            has(tried(pod.start(security=fields), 'chmod', '400', '/')[1], 'Operation not permitted')
        refused(Code.INVALID_ARGUMENT, pod.create, security=dict(seccomp_profile_path=profile('chmod')))


@case('seccomp: the hostname by capability, profile and privilege')
def _():
    def names(pod, works, **security):
        equal(tried(pod.start(security=security), 'hostname', 'other')[0] == 0, works)
    admin = dict(add_capabilities=['SYS_ADMIN'])
    blocked = 'localhost/' + profile('sethostname')
    with Pod() as pod:
        names(pod, True, capabilities=admin, seccomp_profile_path='unconfined')
        names(pod, False, capabilities=admin, seccomp_profile_path=blocked)
        names(pod, True, capabilities=admin, seccomp_profile_path='runtime/default')
        names(pod, False, seccomp_profile_path='runtime/default')
    with Pod(linux=dict(security_context=dict(privileged=True))) as pod:
        names(pod, True, privileged=True, seccomp_profile_path=blocked)


@case('no new privileges')
def _():
    with Pod() as pod:
        for wanted in (True, False):
            id = pod.start(security=dict(no_new_privs=wanted, run_as_user=dict(value=1000)))
            has(run(id, 'grep', 'NoNewPrivs', '/proc/self/status'), str(int(wanted)))


# ---- figures

@case('what containers use: one, all, by labels and id')
def _():
    with Pod() as pod:
        ids = [pod.start(name='first', labels={'foo': 'bar'}), pod.start(), pod.start()]
        told = c.ContainerStats(container_id=ids[0]).stats
        equal((told.attributes.id, told.attributes.metadata.name.startswith('first')), (ids[0], True))
        equal(told.cpu.timestamp > 0 and told.memory.timestamp > 0 and told.writable_layer.timestamp > 0, True)
        equal(told.memory.working_set_bytes.value > 0, True)
        listed = lambda **fields: {each.attributes.id for each in c.ListContainerStats(**fields).stats}
        equal(set(ids) <= listed(), True)
        equal(listed(filter=dict(label_selector={'foo': 'bar'})), {ids[0]})
        equal(listed(filter=dict(label_selector={'foo': 'baz'})), set())
        equal(listed(filter=dict(id=ids[1])), {ids[1]})


@case('what a pod uses, its network too')
def _():
    with Pod() as pod:
        id = pod.start(command=SERVER)
        soon(lambda: page('http://%s:8080/version' % pod.status().network.ip))
        told = c.PodSandboxStats(pod_sandbox_id=pod.id).stats
        equal((told.attributes.id, [each.attributes.id for each in told.linux.containers]), (pod.id, [id]))
        near = told.linux.network.default_interface
        equal((near.name, near.rx_bytes.value > 0, near.tx_bytes.value > 0), ('eth0', True, True))
        equal(told.linux.process.process_count.value, 1)
        equal([each.attributes.id for each in c.ListPodSandboxStats(filter=dict(id=pod.id)).stats], [pod.id])


@case('metrics are described, and told for each pod')
def _():
    described = {each.name: list(each.label_keys) for each in y.ListMetricDescriptors().descriptors}
    with Pod(y) as pod:
        id = pod.start()
        told = [each for each in y.ListPodSandboxMetrics().pod_metrics if each.pod_sandbox_id == pod.id][0]
        for metric in list(told.metrics) + [each for of in told.container_metrics for each in of.metrics]:
            equal(len(metric.label_values), len(described[metric.name]))
        equal([each.container_id for each in told.container_metrics], [id])


@case('lists come in streams too')
def _():
    with Pod(y) as pod:
        id = pod.start()
        all = lambda call, **fields: [each for answer in call(**fields) for _, value in answer.ListFields() for each in value]
        equal([each.id for each in all(y.StreamPodSandboxes, filter=dict(id=pod.id))], [pod.id])
        equal([each.id for each in all(y.StreamContainers, filter=dict(pod_sandbox_id=pod.id))], [id])
        equal([each.attributes.id for each in all(y.StreamContainerStats, filter=dict(id=id))], [id])
        equal([each.attributes.id for each in all(y.StreamPodSandboxStats, filter=dict(id=pod.id))], [pod.id])
        equal(pod.id in [each.pod_sandbox_id for each in all(y.StreamPodSandboxMetrics)], True)
        equal(IMAGE in [tag for each in all(y.StreamImages) for tag in each.repo_tags], True)


@case('events come in order, with how things stand')
def _():
    heard = []
    stream = y.GetContainerEvents(within=60)

    def listen():
        try:
            heard.extend((each.container_id, each.container_event_type) for each in stream)
        except grpc.RpcError:
            pass  # the end of it
    thread = threading.Thread(target=listen)
    thread.start()
    stream.initial_metadata()
    with Pod() as pod:
        id = pod.create(command=['true'])
        c.StartContainer(container_id=id)
        ended(id)
        c.RemoveContainer(container_id=id)
        soon(lambda: [kind for of, kind in heard if of == id] == [0, 1, 2, 3])
    stream.cancel()
    thread.join()


# ---- what is refused

@case('what is not there is refused by name')
def _():
    for name, config in (
            ('ambient', dict(security=dict(capabilities=dict(add_ambient_capabilities=['NET_ADMIN'])))),
            ('selinux', dict(security=dict(selinux_options=dict(type='t')))),
            ('hugepage_limits', dict(resources=dict(hugepage_limits=[dict(page_size='2MB', limit=1)]))),
            ('swap', dict(resources=dict(memory_limit_in_bytes=1 << 20, memory_swap_limit_in_bytes=2 << 20)))):
        with Pod(y) as pod:
            has(refused(Code.UNIMPLEMENTED, pod.create, **config), name)
    refused(Code.UNIMPLEMENTED, y.CheckpointContainer, container_id='x', location='/x')


@case('hostile words stay words')
def _():
    for parent in ('/../../x', 'a b'):
        refused(Code.INVALID_ARGUMENT, c.RunPodSandbox, config=pod_config(linux=dict(cgroup_parent=parent)))
    for port in (dict(container_port=80, host_port=70000), dict(container_port=0, host_port=80),
                 dict(container_port=80, host_port=80, host_ip='nosuch')):
        refused(Code.INVALID_ARGUMENT, c.RunPodSandbox, config=pod_config(port_mappings=[port]))
    refused(Code.INVALID_ARGUMENT, c.RunPodSandbox, config=pod_config(metadata=dict(name='x')))
    refused(Code.INVALID_ARGUMENT, c.RunPodSandbox, config=pod_config(log_directory='\0'))
    with Pod(log_directory=folder('logs')) as pod:
        for fields in (dict(log_path='../../../tmp/escape.log'), dict(mounts=[dict(host_path='/tmp', container_path='\0')]),
                       dict(mounts=[dict(host_path='relative', container_path='/m')]),
                       dict(image=''), dict(resources=dict(oom_score_adj=1 << 40)),
                       dict(devices=[dict(host_path='/etc/passwd', container_path='/dev/x', permissions='rwm')])):
            refused(Code.INVALID_ARGUMENT, pod.create, **fields)


print('cri: %d passed, %d failed' % (cri.passed, cri.failed))
sys.exit(1 if cri.failed else 0)
