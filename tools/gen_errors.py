"""`python -m tools.gen_errors [--check]`: write docs/errors.md from the error catalogue.

With `--check` nothing is written, and a stale page is an error. The catalogue is read as a plain file: neither
Odoo nor any package is needed.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "addons" / "offline_base" / "core" / "errors.py"
PAGE = ROOT / "docs" / "errors.md"

_HEAD = """# Error catalogue

Generated from `addons/offline_base/core/errors.py` by `python -m tools.gen_errors`. Do not edit.

Every refusal has one of these codes. Programs act on the code; the sentences are for people, and are translated
where the reader's language is known. A request and an answer for each code stand in
[`tests/vectors/wire/`](../tests/vectors/README.md).

## A call is refused as a whole

The answer is an `application/problem+json` document (RFC 9457) with `code`, `title` (the meaning) and `remedy`
(what to do). Nothing of the call was done, and no operation number was taken.

| code | HTTP status | meaning | what to do |
|---|---|---|---|
"""

_RECEIPTS = """
## One operation is refused

The push is answered with 200; the operation's receipt carries the code. Its number is taken, what was sent is
kept, and the operations after it go on. Codes of the first table can stand in a receipt too, where they are about
one operation: `contention` in a `retry`.

| code | carried by | meaning | what to do |
|---|---|---|---|
"""


def load_catalogue(source: Path = SOURCE) -> ModuleType:
    """The catalogue's module, loaded by its path under a name of its own."""
    spec = importlib.util.spec_from_file_location("_offline_error_catalogue", source)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {source}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


def render(catalogue: ModuleType) -> str:
    """The page as Markdown, codes in the order of the catalogue."""
    calls: list[str] = []
    receipts: list[str] = []
    for entry in catalogue.CATALOGUE.values():
        where = entry.status if entry.status is not None else "receipt"
        line = f"| `{entry.code}` | {where} | {entry.title} | {entry.remedy} |\n"
        (receipts if entry.status is None else calls).append(line)
    return _HEAD + "".join(calls) + _RECEIPTS + "".join(receipts)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.gen_errors", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is stale")
    options = parser.parse_args(arguments)
    text = render(load_catalogue())
    if options.check:
        if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
            print(f"{PAGE.relative_to(ROOT)} is stale: run python -m tools.gen_errors", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
