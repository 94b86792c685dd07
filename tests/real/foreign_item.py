#!/usr/bin/env python3
"""Every path of the API that names an item, with one of another agreement and with one that never was: the same answer.

usage: foreign_item.py ROOT PORT OFFICER ITEM OWN       password on stdin; OWN is an item that the officer may open
The paths are those of docs/openapi.json, so that a new one is tried too. Exit code 1 with a line when one tells them apart.
"""
import http.client
import json
import ssl
import sys
import urllib.parse

NONE = "01890a5d-ac96-774b-bcce-b302099a8057"
BODIES = {  # what each path takes beside the item; a path that is not here takes nothing
    "answer": None,  # a sample
    "refusal": {"grounds": ["a"]},
    "assignment": {"unit": "desk"},
    "forwarding": {"authority": "none"},
    "export": {"channel": "siena", "recipient": "Europol (test)", "recipient_kind": "agency", "reference": "S-1"},
    "erasure": {"erase_reason": "order"},
    "hold": {"hold": "exculpatory"},
    "clarification": {"question": "Which one?", "language": "en"},
    "clarification-reply": {"reply": "The second.", "language": "en"},
    "access": {"access": "directly"},
    "delay": {"authorisation": "applied", "delay_reason": "authorisation_needed", "authority": "Court", "expected_by": "2099-01-01T00:00:00Z"},
    "urgency-doubt": {"doubt": "facts_do_not_show_it"},
    "urgency-reply": {"urgency": "kept"},
    "emergency-review": {"review": "confirmed"},
    "rights-decision": {"decision": "must_be_refused"},
    "translations": {"language": "en", "translator": "T. Test", "certified": False, "text": "none"},
}


class Desk:
    """One session."""

    def __init__(self, port, officer, password):
        self.port, self.cookie, self.csrf, self.count = port, "", "", 0
        status, answer = self.call("POST", "/api/v1/session", {"officer": officer, "password": password})
        if status != 201:
            sys.exit(f"log-in: {status} {answer}")
        self.csrf = json.loads(answer)["csrf"]

    def call(self, method, path, body=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # which node it is does not matter here: it has just been started
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=20)
        headers = {"X-Besa-Reason": "exercise", "X-Besa-Case": "c-1", "Cookie": self.cookie}
        if method != "GET" and self.csrf:
            headers["X-Besa-CSRF"] = self.csrf
        if method == "POST" and self.csrf:
            self.count += 1
            headers["Idempotency-Key"] = f"foreign-item-{self.count:08d}"
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        cookie = response.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.split(";")[0]
        return response.status, response.read().decode()


def main():
    root, port, officer, item, own = sys.argv[1:]
    with open(f"{root}/docs/openapi.json", encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    with open(f"{root}/tests/fuzz/corpus/answer/nothing_held", encoding="utf-8") as file:
        BODIES["answer"] = json.load(file)
    desk = Desk(int(port), officer, sys.stdin.readline().rstrip("\n"))
    status, answer = desk.call("GET", f"/api/v1/items/{own}")
    if status != 200:
        sys.exit(f"the control: an item of the node's own agreement is not shown: {status} {answer}")
    count = 0
    for path, methods in paths.items():
        if not path.startswith("/api/v1/items/{id}"):
            continue
        for method in methods:
            body = BODIES.get(path.rsplit("/", 1)[-1]) if method in ("post", "put") else None
            said = []
            for asked in (item, NONE):
                where = path.replace("{id}", urllib.parse.quote(asked)).replace("{n}", "1")
                status, answer = desk.call(method.upper(), where, body)
                said.append((status, answer.replace(asked, "ITEM")))
            if said[0] != said[1] or said[0][0] != 404 or "no item ITEM here" not in said[0][1]:
                sys.exit(f"{method} {path}: {said[0]}, of one that never was: {said[1]}")
            count += 1
    if count < 9:
        sys.exit(f"only {count} paths name an item")
    print(f"{count} paths")


main()
