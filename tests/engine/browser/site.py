"""A folder over HTTP, for pages of a browser that load its modules as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


class Files(SimpleHTTPRequestHandler):
    """Files as they are; a folder is the JSON list of its names, sorted."""

    protocol_version = "HTTP/1.1"

    def list_directory(self, path: Any) -> None:
        """Answer with the names in a folder."""
        content = json.dumps(sorted(entry.name for entry in Path(path).iterdir())).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def end_headers(self) -> None:
        """Modules change between runs."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serve(root: Path, odoo: Sequence[Path] = ()) -> Iterator[str]:
    """Serve a folder on this machine alone until the block ends; its address.

    What lies in the folders of Odoo's addons is there under /odoo/.
    """

    class Handler(Files):
        def translate_path(self, path: str) -> str:
            """Where a file lies."""
            name = path.partition("?")[0].removeprefix("/odoo/")
            if path.startswith("/odoo/") and ".." not in name:
                return next((str(f / name) for f in odoo if (f / name).is_file()), str(root / "nowhere"))
            return super().translate_path(path)

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(root))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
