"""What a measurement or a proof is about: the code and what it runs on."""

from __future__ import annotations

import subprocess
import sys

from . import postgres
from .workspace import Workspace


def versions() -> dict[str, str]:
    """The commit, and the versions of Odoo, PostgreSQL and Python; PostgreSQL has to run."""
    space = Workspace.here()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=space.root, capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "commit": commit,
        "odoo": space.versions().get("odoo", ""),
        "postgresql": postgres.psql(space, "postgres", "SHOW server_version"),
        "python": sys.version.split()[0],
    }
