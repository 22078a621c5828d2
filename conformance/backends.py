"""Backends for the APIs under test."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


class Backend:
    """An HTTP server on the loopback, in this process."""

    def __init__(self, handler):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.server.backend = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def read(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

    def answer(self, value, status=200, headers=()):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Echo(Backend):
    """Answers with the request as it came. A path that ends in /slow is answered
    only after release is set; begun is set when such a request has come."""

    def __init__(self):
        self.begun = threading.Event()
        self.release = threading.Event()

        class EchoHandler(Handler):
            def echo(self):
                body = self.read()
                if self.path.endswith("/slow"):
                    echo.begun.set()
                    echo.release.wait()
                request = {"method": self.command, "path": self.path, "headers": self.headers.items(), "body": body}
                self.answer(request, headers=[("X-Backend", "echo")])

            do_GET = do_POST = do_PUT = do_DELETE = echo

        echo = self
        super().__init__(EchoHandler)

    def close(self):
        self.release.set()
        super().close()


class Lambda(Backend):
    """Lambda's invocation endpoint with one function, which answers 201 with its
    name and the event that it got."""

    def __init__(self):
        class LambdaHandler(Handler):
            def do_POST(self):
                event = json.loads(self.read())
                prefix, suffix = "/2015-03-31/functions/", "/invocations"
                path = unquote(self.path)
                if not (path.startswith(prefix) and path.endswith(suffix)):
                    self.answer({"Message": f"no such operation: {path}"}, 404)
                    return
                function = path[len(prefix) : -len(suffix)].split(":function:")[-1]
                self.answer({
                    "statusCode": 201,
                    "headers": {"X-Function": function, "Content-Type": "application/json"},
                    "body": json.dumps({"function": function, "event": event}),
                    "isBase64Encoded": False,
                })

        super().__init__(LambdaHandler)
