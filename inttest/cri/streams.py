"""kubectl's own streams to the URLs that CRI answers: streams.py SOCKET CONTAINERD PORT_FILE.

As an API server it has one pod for each container of the runtime; exec, attach and port-forward are asked of CRI, and the
connection goes on to the URL that it gives, byte by byte: what speaks SPDY and WebSockets there is client-go, as in crictl.
"""
import json
import re
import socket
import sys
import threading
from urllib.parse import parse_qs, urlsplit

from cri import Client, Words, carried

words = Words(carried(sys.argv[2]))
cri = Client(words, sys.argv[1])
POD = re.compile(r'/api/v1/namespaces/([^/]+)/pods/([^/?]+)(?:/(exec|attach|portforward))?$')


def container(name):
    return [each for each in cri.ListContainers().containers if each.metadata.name == name][0]


def url(name, what, query):
    flag = lambda key: query.get(key, ['false'])[0] in ('true', '1')
    streams = dict(stdin=flag('stdin'), stdout=flag('stdout'), stderr=flag('stderr'), tty=flag('tty'))
    if what == 'exec':
        return cri.Exec(container_id=container(name).id, cmd=query['command'], **streams).url
    if what == 'attach':
        return cri.Attach(container_id=container(name).id, **streams).url
    return cri.PortForward(pod_sandbox_id=container(name).pod_sandbox_id).url


def pod(name):
    of = container(name)
    tty = cri.ContainerStatus(container_id=of.id).status.annotations.get('tty') == 'true'
    stdin = cri.ContainerStatus(container_id=of.id).status.annotations.get('stdin') == 'true'
    return {'kind': 'Pod', 'apiVersion': 'v1', 'metadata': {'name': name, 'namespace': 'default'},
            'spec': {'containers': [{'name': 'c', 'image': 'i', 'tty': tty, 'stdin': stdin}]},
            'status': {'phase': 'Running', 'containerStatuses': [{'name': 'c', 'ready': True, 'state': {'running': {}}}]}}


DISCOVERY = {
    '/api': {'kind': 'APIVersions', 'versions': ['v1']},
    '/apis': {'kind': 'APIGroupList', 'apiVersion': 'v1', 'groups': []},
    '/api/v1': {'kind': 'APIResourceList', 'apiVersion': 'v1', 'groupVersion': 'v1', 'resources': [
        {'name': 'pods', 'singularName': 'pod', 'namespaced': True, 'kind': 'Pod', 'verbs': ['get', 'list']}]}}


def answer(client, code, tree):
    body = json.dumps(tree).encode()
    client.sendall(b'HTTP/1.1 %d x\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n'
                   % (code, len(body)) + body)
    client.close()


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


def serve(client):
    head = b''
    while b'\r\n\r\n' not in head:
        more = client.recv(65536)
        if not more:
            return
        head += more
    line, rest = head.split(b'\r\n', 1)
    method, target, version = line.decode().split(' ')
    parts = urlsplit(target)
    found = POD.match(parts.path)
    if not found:
        return answer(client, 200 if parts.path in DISCOVERY else 404, DISCOVERY.get(parts.path, {}))
    if not found[3]:
        return answer(client, 200, pod(found[2]))
    there = urlsplit(url(found[2], found[3], parse_qs(parts.query)))
    stream = socket.create_connection((there.hostname, there.port))
    stream.sendall(('%s %s %s\r\n' % (method, there.path, version)).encode() + rest)
    threading.Thread(target=copy, args=(stream, client), daemon=True).start()
    copy(client, stream)


server = socket.create_server(('127.0.0.1', 0))
open(sys.argv[3], 'w').write(str(server.getsockname()[1]))
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
