# A webhook for scenarios: hook.py PORT NAME FOLDER, with tls.crt and tls.key in the folder; what it says hangs on the path.
import base64, http.server, json, ssl, sys, time

def patch(*operations):
    text = base64.b64encode(json.dumps(operations).encode()).decode()
    return {"allowed": True, "patchType": "JSONPatch", "patch": text}

def converted(request):
    objects = []
    for item in request["objects"]:
        item["apiVersion"] = request["desiredAPIVersion"]
        spec = item.setdefault("spec", {})
        if request["desiredAPIVersion"].endswith("/v2"):
            spec["sizes"] = {"all": spec.pop("size", 0)}
        else:
            spec["size"] = spec.pop("sizes", {}).get("all", 0)
        objects.append(item)
    return {"result": {"status": "Success"}, "convertedObjects": objects}

def renamed(request):
    for item in request["objects"]:
        item["apiVersion"] = request["desiredAPIVersion"]
    return {"result": {"status": "Success"}, "convertedObjects": request["objects"]}

ANSWERS = {
    "/label": lambda request: patch({"op": "add", "path": "/metadata/labels", "value": {"by": sys.argv[2]}}),
    "/deny": lambda request: {"allowed": False, "status": {"message": "not today"}},
    "/break": lambda request: patch({"op": "replace", "path": "/data", "value": {"a b": "c"}}),
    "/warn": lambda request: {"allowed": True, "warnings": ["mind the gap"]},
    "/fill": lambda request: patch({"op": "add", "path": "/spec/made", "value": "by-hook"},
                                   {"op": "add", "path": "/spec/stray", "value": "by-hook"}),
    "/instead": lambda request: patch({"op": "replace", "path": "/command", "value": ["echo", "instead"]}),
    "/convert": converted,
    "/same": renamed,
}

class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        path = self.path.split("?")[0]
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if path == "/slow":
            time.sleep(5)
        if path in ANSWERS:
            response = ANSWERS[path](review["request"])
            response["uid"] = review["request"]["uid"]
            review = {"kind": review["kind"], "apiVersion": review["apiVersion"], "response": response}
            body = json.dumps(review).encode()
        else:
            body = b"hello"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3] + "/tls.crt", sys.argv[3] + "/tls.key")
server = http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Hook)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
