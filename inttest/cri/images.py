"""Makes images of another one: images.py REGISTRY_URL FROM:TAG TO:TAG [CONFIG_JSON] [PATH=TEXT]... by the registry's own HTTP API."""
import gzip
import hashlib
import io
import json
import sys
import tarfile
import urllib.request

MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
registry, source, target = sys.argv[1:4]
changes = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}
files = [each.split('=', 1) for each in sys.argv[5:]]


def ask(path, method='GET', body=None, kind='application/octet-stream'):
    url = path if path.startswith('http') else registry + path
    headers = {'Content-Type': kind, 'Accept': MANIFEST}
    return urllib.request.urlopen(urllib.request.Request(url, data=body, method=method, headers=headers))


def split(name):
    return name.rsplit(':', 1)


def digest(data):
    return 'sha256:' + hashlib.sha256(data).hexdigest()


def push(name, data):
    place = ask('/v2/%s/blobs/uploads/' % name, 'POST', b'').headers['Location']
    ask(place + ('&' if '?' in place else '?') + 'digest=' + digest(data), 'PUT', data)
    return {'digest': digest(data), 'size': len(data)}


def layer():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode='w') as tar:
        for path, text in files:
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return made.getvalue()


(name, tag), (to, to_tag) = split(source), split(target)
manifest = json.load(ask('/v2/%s/manifests/%s' % (name, tag)))
blob = lambda each: ask('/v2/%s/blobs/%s' % (name, each['digest'])).read()
config = json.loads(blob(manifest['config']))
config['config'].update(changes)
layers = [blob(each) for each in manifest['layers']]
if files:
    plain = layer()
    config['rootfs']['diff_ids'].append(digest(plain))
    config['history'].append({'created_by': 'files'})
    layers.append(gzip.compress(plain, mtime=0))
kind = manifest['layers'][0]['mediaType']
manifest['layers'] = [dict(push(to, each), mediaType=kind) for each in layers]
manifest['config'] = dict(push(to, json.dumps(config, sort_keys=True).encode()), mediaType=manifest['config']['mediaType'])
ask('/v2/%s/manifests/%s' % (to, to_tag), 'PUT', json.dumps(manifest, sort_keys=True).encode(), MANIFEST)
