"""The npm packages of the tests, as pinned. Node and npm themselves come with the Python packages of `venv-dev`."""

from __future__ import annotations

import os
import shutil

from .steps import Stamp, digest, run, step
from .workspace import Workspace

_FILES = ("package.json", "package-lock.json")


def ensure_packages(space: Workspace) -> None:
    """Have them in `Workspace.npm`; nothing of them runs while they are installed."""
    sources = [space.root / "tests" / "npm" / name for name in _FILES]
    stamp = Stamp(space.state, "npm", digest(str(space.npm), *(path.read_bytes() for path in sources)))
    if stamp.fresh():
        return
    stamp.clear()
    shutil.rmtree(space.npm, ignore_errors=True)
    space.npm.mkdir(parents=True)
    for path in sources:
        shutil.copy(path, space.npm)
    with step("Installing npm packages"):
        run(
            [space.dev_venv / "bin" / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            what="npm ci",
            log=space.logs / "npm.log",
            hint="Check the network.",
            cwd=space.npm,
            env=environment(space),
        )
    stamp.write()


def environment(space: Workspace) -> dict[str, str]:
    """The environment for programs of npm: they find Node and each other."""
    folders = [str(space.npm / "node_modules" / ".bin"), str(space.dev_venv / "bin")]
    return {**space.env, "PATH": os.pathsep.join([*folders, space.env.get("PATH", os.defpath)])}
