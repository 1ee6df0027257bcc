"""`python -m tools.lint [style|format|types|generated …]`: everything that needs no running Odoo."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools.provision.workspace import Workspace

# Files that are made from other files: each command ends with an error when the committed one is stale.
GENERATORS: tuple[tuple[str, ...], ...] = (
    ("-m", "tools.gen_errors"),
    ("-m", "tools.gen_invariants"),
    ("-m", "tools.gen_examples"),
    ("-m", "tools.gen_proof"),
)

# Import name -> folder. Type checkers cannot follow the mapping of pyproject.toml by themselves.
TYPED = {"offline_core": "addons/offline_base/core", "offline_device": "client/offline_device"}


def style(space: Workspace) -> bool:
    return _ruff(space, "check", ".")


def formatting(space: Workspace) -> bool:
    return _ruff(space, "format", "--check", ".")


def types(space: Workspace) -> bool:
    """Run mypy in strict mode over the pure core, the device and these tools."""
    present = {
        name: folder for name, folder in TYPED.items() if (space.root / folder / "__init__.py").is_file()
    }
    tree = _typing_tree(space, present)
    packages = [argument for name in (*present, "tools") for argument in ("-p", name)]
    done = subprocess.run(
        [str(space.dev_python), "-m", "mypy", "--no-error-summary", *packages],
        cwd=space.root,
        env={**space.env, "MYPYPATH": f"{tree}{os.pathsep}{space.root}"},
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    for name, folder in present.items():
        output = output.replace(str((tree / name).relative_to(space.root)), folder)
    print(output, end="")
    return done.returncode == 0


def generated(space: Workspace) -> bool:
    """Compare every generated file with what its generator would write now."""
    stale = [command for command in GENERATORS if not _run(space, str(space.dev_python), *command, "--check")]
    return not stale


CHECKS = {"style": style, "format": formatting, "types": types, "generated": generated}


def main() -> int:
    """Run the chosen checks, all by default; every one runs even if an earlier one failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.lint", description=__doc__)
    parser.add_argument("checks", nargs="*", help=f"of {', '.join(CHECKS)}")
    chosen = parser.parse_args().checks or list(CHECKS)
    if unknown := [name for name in chosen if name not in CHECKS]:
        parser.error(f"no check named {unknown[0]}")
    space = Workspace.here()
    failed = []
    for name in chosen:
        ok = CHECKS[name](space)
        print(f"{name}: {'ok' if ok else 'FAILED'}", flush=True)
        failed += [] if ok else [name]
    return 1 if failed else 0


def _typing_tree(space: Workspace, present: dict[str, str]) -> Path:
    """A folder where each package has its import name, as links."""
    tree = space.state / "typing"
    tree.mkdir(parents=True, exist_ok=True)
    for name, folder in present.items():
        link = tree / name
        if not link.is_symlink():
            link.symlink_to(space.root / folder)
    return tree


def _ruff(space: Workspace, *arguments: str) -> bool:
    return _run(space, str(space.dev_venv / "bin" / "ruff"), *arguments)


def _run(space: Workspace, *command: str) -> bool:
    return subprocess.run(command, cwd=space.root, env=space.env, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
