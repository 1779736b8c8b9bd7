"""A mail server on this machine that keeps what it is given."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from email.message import EmailMessage


class MailBox:
    """Takes every mail, or answers its commands as it was told; `said` is all it heard."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.said: list[str] = []
        self.answers: dict[str, str] = {}
        self.arrived = threading.Event()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _take(self, to: str, data: bytes) -> None:
        self.mails.append((to, message_from_bytes(data, policy=policy.default)))
        self.arrived.set()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        box = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                to = ""
                self._say("220 ready")
                while line := self.rfile.readline():
                    command = line.decode().strip()
                    box.said.append(command)
                    word = command.split()[0].upper()
                    if word == "RCPT":
                        to = command.partition("<")[2].rstrip(">")
                    usual = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "235 in"}
                    usual |= {"DATA": "354 go on", "QUIT": "221 bye"}
                    answer = box.answers.get(word) or usual.get(word, "250 ok")
                    self._say(answer)
                    if answer.startswith("354"):
                        lines = iter(self.rfile.readline, b".\r\n")
                        box._take(to, b"".join(line.removeprefix(b".") for line in lines))
                        self._say("250 taken")
                    if word == "QUIT":
                        return

            def _say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

        return Handler
