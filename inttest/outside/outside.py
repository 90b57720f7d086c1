"""An OpenID Connect issuer, a token reviewer and an authorizer, over HTTPS: what a company has beside its cluster.

Arguments: port, certificate, key, folder. The folder holds jwks.json; tokens.json, users by token; allowed.json, lists of
user, verb and resource. A file named slow holds answers back until it is gone; each request's body goes to reviews.log.
"""
import http.server
import json
import os
import ssl
import sys
import time

port, certificate, key, folder = sys.argv[1:5]


def read(name):
    with open(os.path.join(folder, name)) as file:
        return json.load(file)


def token_review(review):
    user = read("tokens.json").get(review["spec"]["token"])
    return {"authenticated": True, "user": user} if user else {"authenticated": False}


def access_review(review):
    spec = review["spec"]
    about = spec.get("resourceAttributes") or spec.get("nonResourceAttributes")
    asked = [spec.get("user"), about.get("verb"), about.get("resource") or about.get("path")]
    if asked in read("allowed.json"):
        return {"allowed": True, "reason": "the company says so"}
    return {"allowed": False, "denied": asked[0] == "banned", "reason": "the company does not say so"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, tree, code=200):
        while os.path.exists(os.path.join(folder, "slow")):
            time.sleep(0.1)
        body = json.dumps(tree).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = "https://127.0.0.1:" + port
        if self.path == "/.well-known/openid-configuration":
            self.answer({"issuer": url, "jwks_uri": url + "/keys", "id_token_signing_alg_values_supported": ["RS256"],
                         "response_types_supported": ["id_token"], "subject_types_supported": ["public"]})
        elif self.path == "/keys":
            self.answer(read("jwks.json"))
        else:
            self.answer({}, 404)

    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open(os.path.join(folder, "reviews.log"), "a") as log:
            log.write(json.dumps(review) + "\n")
        status = token_review(review) if self.path == "/tokens" else access_review(review)
        self.answer({"apiVersion": review["apiVersion"], "kind": review["kind"], "status": status})

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
