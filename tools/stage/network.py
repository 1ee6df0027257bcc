"""A network between devices and a server that can be closed, and that can lose an answer on its way."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType

_CHUNK = 65_536


class Network:
    """A TCP proxy on a port of its own.

    Closed, it refuses connections and cuts those that are open, as a dead spot does. `lose_answers` lets the
    request through and cuts the connection once the server has answered completely; `cut_answers` cuts it after
    some bytes of the answer, `cut_request` after some bytes of the request.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self._lock = threading.Lock()
        self._quiet = threading.Condition(self._lock)
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._losses: list[int | None] = []
        self._request_cuts: list[int] = []
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> Network:
        """Let devices reach the server."""
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def close(self) -> None:
        """Refuse connections and cut the open ones."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # shutdown wakes the thread that waits in accept; close alone does not.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            open_now, self._connections = self._connections, set()
        for connection in open_now:
            _cut(connection)

    def lose_answers(self, count: int = 1, *, after: int = 0) -> None:
        """The next answers reach nobody, though the server did its work; so many still arrive before them."""
        self._losses += [*[-1] * after, *[None] * count]

    def cut_answers(self, after_bytes: int, count: int = 1) -> None:
        """The next answers break off after so many bytes."""
        self._losses += [after_bytes] * count

    def cut_request(self, after_bytes: int) -> None:
        """The next connection breaks off after so many bytes of what the device sends."""
        self._request_cuts.append(after_bytes)

    def mend(self) -> None:
        """Every answer arrives from now on."""
        self._losses, self._request_cuts = [], []

    def wait_until_quiet(self, timeout_s: float = 60) -> None:
        """Return when the server has ended what it does for devices that are gone."""
        with self._quiet:
            if not self._quiet.wait_for(lambda: not self._connections, timeout_s):
                raise TimeoutError("a connection stays open")

    def __enter__(self) -> Network:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port))
        except OSError:
            _cut(client)
            return
        with self._lock:
            self._connections |= {client, server}
        with self._lock:
            most = self._request_cuts.pop(0) if self._request_cuts else None
        upstream = threading.Thread(target=_pump, args=(client, server, most), daemon=True)
        upstream.start()
        try:
            self._answer(client, server)
        finally:
            with self._lock:
                self._connections -= {client, server}
                self._quiet.notify_all()
            _cut(client)
            _cut(server)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        """Pass answers on, or read one to its end and pass on only as much as the network lets through."""
        with contextlib.suppress(OSError):
            while first := server.recv(_CHUNK):
                with self._lock:
                    loss = self._losses.pop(0) if self._losses else -1
                if loss == -1:
                    client.sendall(first)
                    continue
                whole = _whole_answer(first, lambda: server.recv(_CHUNK))
                client.sendall(whole[: loss or 0])
                return


def _whole_answer(first: bytes, more: Callable[[], bytes]) -> bytes:
    """Read an HTTP answer with a Content-Length to its end."""
    answer = first
    while b"\r\n\r\n" not in answer and (part := more()):
        answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    ]
    while len(body) < (lengths[0] if lengths else 1 << 62) and (part := more()):
        body += part
    return head + b"\r\n\r\n" + body


def _pump(source: socket.socket, sink: socket.socket, most: int | None) -> None:
    """Pass on what comes; after ``most`` bytes both sides find the connection broken."""
    passed = 0
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            if most is not None and passed + len(data) >= most:
                sink.sendall(data[: most - passed])
                _end(sink)
                _cut(source)
                return
            sink.sendall(data)
            passed += len(data)


def _end(connection: socket.socket) -> None:
    # Only our side: what the server has received so far it still reads.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
