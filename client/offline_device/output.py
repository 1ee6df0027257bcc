"""What the command prints: lines for people, JSON for programs, progress only on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .sync import Progress


class Output:
    """Prints results to stdout; progress and failures go to stderr."""

    def __init__(self, *, as_json: bool):
        self.as_json = as_json
        self._shows_progress = not as_json and sys.stderr.isatty()
        self._on_line = False

    def progress(self, progress: Progress) -> None:
        """Keep one line of the terminal up to date."""
        if self._shows_progress:
            noun = "operations sent" if progress.step == "push" else "records received"
            print(f"\r\x1b[K{progress.done} {noun}", end="", file=sys.stderr, flush=True)
            self._on_line = True

    def result(self, data: Any, lines: Iterable[str]) -> None:
        """Print the data as JSON, or the lines."""
        self._end_line()
        if self.as_json:
            print(json.dumps(data, ensure_ascii=False))
        else:
            for line in lines:
                print(line)

    def note(self, message: str) -> None:
        """Tell the person something besides the result."""
        self._end_line()
        print(f"offline-device: {message}", file=sys.stderr)

    def failed(
        self, message: str, exit_code: int, *, code: str, fields: Mapping[str, str] | None = None
    ) -> int:
        """Print why nothing came of it; answers the exit code."""
        self._end_line()
        if self.as_json:
            print(
                json.dumps(
                    {"error": code, "message": message, "fields": dict(fields or {})}, ensure_ascii=False
                )
            )
        else:
            print(f"offline-device: {message}", file=sys.stderr)
        return exit_code

    def _end_line(self) -> None:
        if self._on_line:
            print(file=sys.stderr)
            self._on_line = False


def table(rows: Sequence[Sequence[object]]) -> list[str]:
    """Rows in columns as wide as their widest cell; the last column is free.

    >>> table([("a", 1, "x"), ("bbb", 22, "y z")])
    ['a    1   x', 'bbb  22  y z']
    """
    if not rows:
        return []
    texts = [[" ".join(str(cell).split()) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in list(zip(*texts, strict=True))[:-1]]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in texts
    ]
