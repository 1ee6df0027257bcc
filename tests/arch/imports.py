"""Which modules a source file imports, read from its syntax tree without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path


def absolute(source: str) -> Iterator[tuple[int, str]]:
    r"""Line and top-level name of each absolute import, wherever in the file it stands.

    >>> list(absolute("import os.path\ndef f():\n    from odoo.tools import sql\nfrom . import wire"))
    [(1, 'os'), (3, 'odoo')]
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, (node.module or "").split(".")[0]


def deepest_relative(source: str) -> int:
    r"""How many packages up the file's relative imports reach at most; 0 without any.

    >>> deepest_relative("from . import wire\nfrom ..models import offline_device")
    2
    """
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return max((node.level for node in nodes), default=0)


def sources(folder: Path) -> list[Path]:
    """All Python files of a folder, sorted; none if there is no such folder."""
    return sorted(folder.rglob("*.py"))
