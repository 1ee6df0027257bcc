"""`python -m tools.gen_examples [--check]`: put the examples of docs/*.md in from the wire vectors.

A line `<!-- example: NAME /POINTER -->` says which part (JSON pointer) of which vector the JSON block below it
shows. With `--check` nothing is written, and a block that differs from its vector is an error.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VECTORS = ROOT / "tests" / "vectors" / "wire"
_WIDTH = 100
_EXAMPLE = re.compile(
    r"<!-- example: (?P<name>\S+) (?P<pointer>/\S+) -->\n(?:```json\n(?:.*?\n)??```)?", re.DOTALL
)


def layout(value: Any, indent: int = 0, lead: int = 0) -> str:
    """JSON with each object and list on one line if it fits, else one member a line.

    >>> layout({"a": [1, 2]})
    '{"a": [1, 2]}'
    """
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or indent + lead + len(flat) <= _WIDTH:
        return flat
    inner = indent + 2
    if isinstance(value, dict):
        names = [f"{json.dumps(name)}: " for name in value]
        items = [n + layout(v, inner, len(n)) for n, v in zip(names, value.values(), strict=True)]
    else:
        items = [layout(item, inner) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    lines = ",\n".join(" " * inner + item for item in items)
    return f"{opening}\n{lines}\n{' ' * indent}{closing}"


def part(name: str, pointer: str) -> Any:
    """The part of a vector that a pointer names; LookupError or OSError when there is none."""
    value = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    for key in pointer.split("/")[1:]:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def render(page: str) -> str:
    """The page with every example as its vector has it."""

    def block(match: re.Match[str]) -> str:
        name, pointer = match["name"], match["pointer"]
        return f"<!-- example: {name} {pointer} -->\n```json\n{layout(part(name, pointer))}\n```"

    return _EXAMPLE.sub(block, page)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.gen_examples", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when an example is stale")
    options = parser.parse_args(arguments)
    stale = False
    for path in sorted((ROOT / "docs").rglob("*.md")):
        page = path.read_text(encoding="utf-8")
        try:
            text = render(page)
        except (LookupError, OSError) as error:
            print(f"{path.relative_to(ROOT)}: an example names no part of a vector: {error}", file=sys.stderr)
            return 1
        if page == text:
            continue
        if options.check:
            print(f"{path.relative_to(ROOT)} is stale: run python -m tools.gen_examples", file=sys.stderr)
            stale = True
        else:
            path.write_text(text, encoding="utf-8")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
