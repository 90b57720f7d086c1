# An API server behind another, for scenarios: extension.py PORT NAME FOLDER, with tls.crt, tls.key and front-proxy.crt in the folder.
# Serves wardle.example.com/v1 flunders from memory, and metrics of pods and of the outside to autoscalers.
import http.server, json, ssl, sys, threading, uuid
from urllib.parse import parse_qs, unquote, urlsplit

GROUP = "wardle.example.com"
changed = threading.Condition()
objects, events = {}, []
VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

def resources(version, listed):
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": listed}

DOCUMENTS = {
    "/apis/" + GROUP + "/v1": resources(GROUP + "/v1", [
        {"name": "flunders", "singularName": "flunder", "namespaced": True, "kind": "Flunder", "shortNames": ["fl"], "verbs": VERBS},
        {"name": "flunders/echo", "singularName": "", "namespaced": True, "kind": "Flunder", "verbs": ["get"]}]),
    "/apis/custom.metrics.k8s.io/v1beta1": resources("custom.metrics.k8s.io/v1beta1", [
        {"name": "pods/requests", "singularName": "", "namespaced": True, "kind": "MetricValueList", "verbs": ["get"]}]),
    "/apis/external.metrics.k8s.io/v1beta1": resources("external.metrics.k8s.io/v1beta1", [
        {"name": "queue", "singularName": "", "namespaced": True, "kind": "ExternalMetricValueList", "verbs": ["get"]}]),
    "/openapi/v3": {"paths": {"apis/" + GROUP + "/v1": {"serverRelativeURL": "/openapi/v3/apis/" + GROUP + "/v1?hash=1"}}},
}
SCHEMA = {"type": "object", "description": "A flunder of a server behind this one.",
          "x-kubernetes-group-version-kind": [{"group": GROUP, "version": "v1", "kind": "Flunder"}],
          "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"},
                         "spec": {"type": "object", "description": "What it is made of.",
                                  "properties": {"size": {"type": "integer", "description": "How large it is."}}}}}
NAME = "com.example.wardle.v1.Flunder"
PATH = "/apis/" + GROUP + "/v1/namespaces/{namespace}/flunders/{name}"

def operation(ref):
    answer = {"200": {"description": "OK", **ref}}
    return {"responses": answer, "operationId": "readFlunder", "x-kubernetes-action": "get",
            "x-kubernetes-group-version-kind": {"group": GROUP, "version": "v1", "kind": "Flunder"}}

DOCUMENTS["/openapi/v3/apis/" + GROUP + "/v1"] = {
    "openapi": "3.0.0", "info": {"title": "wardle", "version": "v1"},
    "paths": {PATH: {"get": operation({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/" + NAME}}}})}},
    "components": {"schemas": {NAME: SCHEMA}}}
DOCUMENTS["/openapi/v2"] = {
    "swagger": "2.0", "info": {"title": "wardle", "version": "v1"},
    "paths": {PATH: {"get": operation({"schema": {"$ref": "#/definitions/" + NAME}})}}, "definitions": {NAME: SCHEMA}}

def table(items):
    columns = [{"name": "Name", "type": "string", "format": "name", "description": "", "priority": 0},
               {"name": "Size", "type": "integer", "format": "", "description": "", "priority": 0}]
    rows = [{"cells": [item["metadata"]["name"], item.get("spec", {}).get("size", 0)], "object": item} for item in items]
    return {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {}, "columnDefinitions": columns, "rows": rows}

class Extension(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def say(self, code, tree):
        body = json.dumps(tree).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def fail(self, code, reason, message):
        self.say(code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code, "message": message})

    def note(self, kind, item):
        item["metadata"]["resourceVersion"] = str(len(events) + 1)
        events.append((kind, json.loads(json.dumps(item))))
        changed.notify_all()

    def metrics(self, words):
        stamp = {"timestamp": "2026-01-01T00:00:00Z", "value": "30"}
        if words[1].startswith("custom"):
            pods = [{"describedObject": {"kind": "Pod", "name": name, "namespace": words[4]}, "metricName": "requests", **stamp} for name in PODS()]
            return self.say(200, {"kind": "MetricValueList", "apiVersion": "custom.metrics.k8s.io/v1beta1", "metadata": {}, "items": pods})
        return self.say(200, {"kind": "ExternalMetricValueList", "apiVersion": "external.metrics.k8s.io/v1beta1", "metadata": {},
                              "items": [{"metricName": words[5], **stamp}]})

    def handle_call(self):
        parts = urlsplit(self.path)
        self.query = parse_qs(parts.query)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if parts.path in DOCUMENTS:
            return self.say(200, DOCUMENTS[parts.path])
        words = [unquote(word) for word in parts.path.strip("/").split("/")]
        if len(words) > 1 and words[1].endswith(".metrics.k8s.io"):
            return self.metrics(words)
        if words[:3] != ["apis", GROUP, "v1"]:
            return self.fail(404, "NotFound", "no such page")
        if not self.headers.get("X-Remote-User"):
            return self.fail(401, "Unauthorized", "who asks?")
        if words[3] == "namespaces":
            namespace, words = words[4], words[5:]
        else:
            namespace, words = "", words[3:]
        if words[-1] == "echo":
            return self.echo()
        with changed:
            self.flunders(namespace, words[1] if len(words) > 1 else "", json.loads(body) if body and self.command in ("POST", "PUT") else body)

    def echo(self):
        if (self.headers.get("Upgrade") or "").lower() == "echo":
            self.send_response(101)
            self.send_header("Connection", "Upgrade")
            self.send_header("Upgrade", "echo")
            self.end_headers()
            self.close_connection = True
            while data := self.connection.recv(4096):
                self.connection.sendall(data.upper())
            return
        self.say(200, {"kind": "Flunder", "apiVersion": GROUP + "/v1", "metadata": {"name": "echo"},
                       "by": sys.argv[2], "heard": [[name.lower(), value] for name, value in self.headers.items()]})

    def flunders(self, namespace, name, body):
        if self.command == "POST":
            name = body["metadata"]["name"]
            if (namespace, name) in objects:
                return self.fail(409, "AlreadyExists", 'flunders "%s" already exists' % name)
            body["metadata"].update(namespace=namespace, uid=str(uuid.uuid4()), creationTimestamp="2026-01-01T00:00:00Z")
            body["metadata"].setdefault("labels", {})["made-by"] = self.headers["X-Remote-User"].replace(":", "-")
            objects[namespace, name] = body
            self.note("ADDED", body)
            return self.say(201, body)
        if name:
            item = objects.get((namespace, name))
            if item is None:
                return self.fail(404, "NotFound", 'flunders.%s "%s" not found' % (GROUP, name))
            if self.command == "DELETE":
                del objects[namespace, name]
                self.note("DELETED", item)
            elif self.command in ("PUT", "PATCH"):
                change = body if self.command == "PUT" else json.loads(body)
                item.setdefault("spec", {}).update(change.get("spec", {}))
                self.note("MODIFIED", item)
            return self.say(200, table([item]) if "as=Table" in self.headers.get("Accept", "") else item)
        found = [item for key, item in sorted(objects.items()) if namespace in ("", key[0])]
        if self.command == "DELETE":
            for item in found:
                del objects[item["metadata"]["namespace"], item["metadata"]["name"]]
                self.note("DELETED", item)
            return self.say(200, {"kind": "Status", "apiVersion": "v1", "status": "Success"})
        if self.query.get("watch", ["false"])[0] in ("true", "1"):
            return self.watch(namespace, int(self.query.get("resourceVersion", ["0"])[0] or 0))
        if "as=Table" in self.headers.get("Accept", ""):
            shown = table(found)
            shown["metadata"] = {"resourceVersion": str(len(events))}
            return self.say(200, shown)
        self.say(200, {"kind": "FlunderList", "apiVersion": GROUP + "/v1", "metadata": {"resourceVersion": str(len(events))}, "items": found})

    def watch(self, namespace, at):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        shown = "as=Table" in self.headers.get("Accept", "")
        while True:
            while at >= len(events):
                changed.wait()
            kind, item = events[at]
            at += 1
            if namespace in ("", item["metadata"]["namespace"]):
                line = json.dumps({"type": kind, "object": table([item]) if shown else item}).encode() + b"\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_call

    def log_message(self, *words):
        pass

def PODS():
    with open(sys.argv[3] + "/pods") as file:
        return file.read().split()

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3] + "/tls.crt", sys.argv[3] + "/tls.key")
context.load_verify_locations(sys.argv[3] + "/front-proxy.crt")
context.verify_mode = ssl.CERT_REQUIRED
server = http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Extension)
server.daemon_threads = True
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
