"""A server that speaks the chat protocol strictly, and misbehaves as it is told to.

Run as a process of its own: `python chat_server.py '{"fail": [500]}'` prints its port. Keys:

* models: names that it knows                  * key: the bearer token that it wants
* delay: seconds before each answer             * refuses: kinds of response_format answered by 400
* say: what is said of a picture, by turns; the last again. Otherwise the picture's mean colour
* fail: what is done first with each picture: a status, [status, headers, body], or "drop"
* always: the same, for every request            * cannot: parameters answered by 400

GET /seen lists every request to it, without the pictures themselves.
"""

import base64
import hashlib
import io
import json
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from PIL import Image

LOCK = Lock()
SEEN = []
TURNS = Counter()
FAILED = Counter()


class Wrong(Exception):
    """A request that the protocol does not allow."""


def picture_in(messages):
    """The one picture of a conversation, checked as a strict server would."""
    parts = [p for m in messages if isinstance(m["content"], list) for p in m["content"]]
    urls = [p["image_url"]["url"] for p in parts if p["type"] == "image_url"]
    if len(urls) != 1 or not urls[0].startswith("data:image/png;base64,"):
        raise Wrong("exactly one PNG is wanted, as a data URL")
    data = base64.b64decode(urls[0].partition(",")[2], validate=True)
    image = Image.open(io.BytesIO(data), formats=("PNG",))
    image.load()
    return hashlib.sha256(data).hexdigest(), image


def good(image):
    """Four true sentences about a picture of one colour."""
    r, g, b = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
    colour = f"{r}-{g}-{b}"
    return json.dumps(
        {
            "intention": f"It says {colour}.",
            "style": f"A plain {colour} ground.",
            "role": f"A {colour} square.",
            "posture": f"It lies flat and {colour}.",
        }
    )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    does = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/seen":
            return self.answer(200, SEEN)
        if self.path != "/v1/models":
            return self.complain(404, "no such page")
        if not self.allowed():
            return self.complain(401, f"wrong key {self.headers.get('authorization')}")
        self.answer(
            200,
            {
                "object": "list",
                "data": [{"id": name, "object": "model"} for name in self.does["models"]],
            },
        )

    def do_POST(self):
        if self.path != "/v1/chat/completions":
            self.close_connection = True
            return self.complain(404, "no such page")
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            digest, image = picture_in(asked["messages"])
        except (Wrong, KeyError, TypeError, ValueError, OSError) as error:
            return self.complain(400, f"bad request: {error!r}")
        self.note(asked, digest, image)
        failing = self.does["always"] or self.failing(digest)
        if failing:
            return self.fail(failing)
        if not self.allowed():
            return self.complain(401, f"wrong key {self.headers.get('authorization')}")
        if asked["model"] not in self.does["models"]:
            return self.complain(404, f"model {asked['model']} does not exist")
        if refused := self.refused(asked):
            return self.complain(400, refused)
        time.sleep(self.does["delay"])
        with LOCK:
            turn, TURNS[digest] = TURNS[digest], TURNS[digest] + 1
        said = self.does["say"]
        content = said[min(turn, len(said) - 1)] if said else good(image)
        reason = "stop"
        if isinstance(content, list):
            content, reason = content
        message = {"role": "assistant", "content": content}
        self.answer(
            200,
            {
                "id": "1",
                "object": "chat.completion",
                "created": 0,
                "choices": [{"index": 0, "message": message, "finish_reason": reason}],
                "model": asked["model"],
            },
        )
        with LOCK:
            SEEN.append({"answered": digest})

    def note(self, asked, digest, image):
        texts = [
            m["content"] if isinstance(m["content"], str) else m["content"][-1]["text"]
            for m in asked["messages"]
        ]
        rest = {k: v for k, v in asked.items() if k != "messages"}
        with LOCK:
            SEEN.append(
                {
                    "picture": digest,
                    "size": image.size,
                    "texts": texts,
                    "rest": rest,
                    "headers": {k.lower(): v for k, v in self.headers.items()},
                    "path": self.path,
                    "time": time.monotonic(),
                }
            )

    def failing(self, digest):
        with LOCK:
            turn, FAILED[digest] = FAILED[digest], FAILED[digest] + 1
        return self.does["fail"][turn] if turn < len(self.does["fail"]) else None

    def fail(self, how):
        if how == "drop":
            self.close_connection = True
            self.connection.close()
            return
        status, headers, body = how if isinstance(how, list) else (how, {}, None)
        if body is None:
            return self.complain(status, "told to fail", headers)
        self.send(status, body.encode(), headers)

    def allowed(self):
        wanted = self.does["key"]
        return wanted is None or self.headers.get("authorization") == f"Bearer {wanted}"

    def refused(self, asked):
        form = (asked.get("response_format") or {}).get("type")
        if form in self.does["refuses"]:
            return f"'response_format.type' must not be {form!r}"
        for name in self.does["cannot"]:
            if name in asked:
                return f"Unsupported parameter: '{name}' is not supported with this model."
        return ""

    def complain(self, status, words, headers=()):
        self.answer(status, {"error": {"message": words, "type": "error"}}, headers)

    def answer(self, status, data, headers=()):
        self.send(
            status, json.dumps(data).encode(), {"content-type": "application/json", **dict(headers)}
        )

    def send(self, status, body, headers):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    Handler.does = {
        "models": ["tiny-vision"],
        "key": None,
        "delay": 0,
        "refuses": [],
        "cannot": [],
        "say": [],
        "fail": [],
        "always": None,
        **json.loads(sys.argv[1]),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
