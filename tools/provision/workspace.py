"""Where everything is: the paths of one checkout and of its state folder."""

from __future__ import annotations

import ast
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Workspace:
    """The paths of one checkout. Nothing here touches the disk except to read it."""

    root: Path

    @classmethod
    def here(cls) -> Workspace:
        """The checkout that contains this file."""
        return cls(Path(__file__).resolve().parents[2])

    @property
    def ident(self) -> str:
        """Eight hex digits that tell checkouts apart: sockets and template databases carry them."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:8]

    @property
    def state(self) -> Path:
        return self.root / ".offline"

    @property
    def cache(self) -> Path:
        """Downloads, shared by all checkouts of a person and kept by `make clean`."""
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(base) / "odoo-offline"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def run_dir(self) -> Path:
        """One pid file per server that we started."""
        return self.state / "run"

    @property
    def data_dir(self) -> Path:
        """Odoo's `data_dir`: sessions, and file stores of databases that do not keep files in PostgreSQL."""
        return self.state / "data"

    @property
    def prefix(self) -> Path:
        """Where the Debian packages are unpacked; unused when `ODOO_HOME` is set."""
        return self.state / "odoo"

    @property
    def odoo_venv(self) -> Path:
        return self.state / "venv-odoo"

    @property
    def dev_venv(self) -> Path:
        return self.state / "venv-dev"

    @property
    def npm(self) -> Path:
        """The npm packages that the tests use."""
        return self.state / "npm"

    @property
    def odoo_python(self) -> Path:
        return self.odoo_venv / "bin" / "python"

    @property
    def dev_python(self) -> Path:
        return self.dev_venv / "bin" / "python"

    @property
    def odoo_home(self) -> Path:
        """The installed Odoo 19: a source checkout, or a prefix with `usr/bin/odoo`."""
        chosen = os.environ.get("ODOO_HOME")
        return Path(chosen).expanduser().resolve() if chosen else self.prefix

    @property
    def odoo_is_checkout(self) -> bool:
        return (self.odoo_home / "odoo-bin").is_file()

    @property
    def odoo_bin(self) -> Path:
        return self.odoo_home / ("odoo-bin" if self.odoo_is_checkout else "usr/bin/odoo")

    @property
    def odoo_packages(self) -> Path:
        """The folder to put on `sys.path` so that `odoo` can be imported."""
        return self.odoo_home if self.odoo_is_checkout else self.odoo_home / "usr/lib/python3/dist-packages"

    @property
    def odoo_addons(self) -> tuple[Path, ...]:
        """Odoo's own addons. In the Debian package the complete ones are in `odoo/addons`: the sibling
        `addons` is a partial copy without static files and must never be listed.
        """
        inner = self.odoo_packages / "odoo" / "addons"
        return (self.odoo_home / "addons", inner) if self.odoo_is_checkout else (inner,)

    @property
    def addons(self) -> Path:
        return self.root / "addons"

    @property
    def test_addons(self) -> Path:
        """Addons that exist for tests only; they are on the path but never part of a demo database."""
        return self.root / "tests" / "addons"

    @property
    def addons_path(self) -> tuple[Path, ...]:
        ours = tuple(folder for folder in (self.addons, self.test_addons) if addon_names(folder))
        return ours + self.odoo_addons

    @property
    def odoo_conf(self) -> Path:
        return self.state / "odoo.conf"

    @property
    def versions_file(self) -> Path:
        return self.state / "versions.json"

    @property
    def requirements_odoo(self) -> Path:
        return self.root / "requirements-odoo.txt"

    @property
    def requirements_dev(self) -> Path:
        return self.root / "requirements-dev.txt"

    @property
    def env(self) -> dict[str, str]:
        """The environment for programs of the virtualenvs: ours, without what would redirect Python."""
        unwanted = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "ODOO_RC", "OPENERP_SERVER"}
        return {name: value for name, value in os.environ.items() if name not in unwanted}

    def versions(self) -> dict[str, str]:
        """What this checkout runs on, as recorded by `make setup`; empty before."""
        try:
            return dict(json.loads(self.versions_file.read_text()))
        except (FileNotFoundError, ValueError):
            return {}

    def record_versions(self, **found: str) -> None:
        """Add or replace recorded versions."""
        merged = {**self.versions(), **found}
        self.state.mkdir(exist_ok=True)
        self.versions_file.write_text(json.dumps(merged, indent=2, sort_keys=True) + "\n")


def addon_names(folder: Path) -> tuple[str, ...]:
    """The installable addons of a folder, sorted. An unreadable manifest counts: Odoo will explain it."""
    names = []
    for manifest in sorted(folder.glob("*/__manifest__.py")):
        try:
            content = ast.literal_eval(manifest.read_text(encoding="utf-8"))
            installable = content.get("installable", True)
        except (ValueError, SyntaxError):
            installable = True
        if installable:
            names.append(manifest.parent.name)
    return tuple(names)
