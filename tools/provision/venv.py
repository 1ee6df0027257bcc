"""The two virtualenvs: one that can import Odoo, one that must not be able to."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from .errors import ProvisionError
from .steps import Stamp, digest, run, step
from .workspace import Workspace

_PTH = "odoo-offline.pth"


def base_python() -> str:
    """The interpreter to build upon: the one that runs this, or the one beneath its virtualenv."""
    return getattr(sys, "_base_executable", sys.executable) or sys.executable


def require_python() -> None:
    """Refuse a Python that cannot make what we need."""
    how = "install python3 and python3-venv, or say which one: make setup PYTHON=/path/to/python3"
    if sys.version_info < (3, 11):
        raise ProvisionError(f"Python {sys.version.split()[0]} is too old, 3.11 or newer is needed: {how}")
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        raise ProvisionError(f"{sys.executable} has no module {error.name}: {how}") from error


def ensure_odoo_venv(space: Workspace) -> None:
    """Odoo's Python packages, as pinned, and Odoo's code on the path."""
    key = digest(
        space.requirements_odoo.read_bytes(), str(space.odoo_packages), *_interpreter(space.odoo_venv)
    )
    stamp = Stamp(space.state, "venv-odoo", key)
    if stamp.fresh():
        return
    stamp.clear()
    _create(space, space.odoo_venv)
    with step("Installing Odoo's Python packages"):
        _pip(space, space.odoo_venv, "install", "-r", str(space.requirements_odoo))
    # Besides making `odoo` importable, this shows pip an installed `odoo 19.0`. It also exposes top-level
    # packages named `addons` and `setup`: nothing here may import those.
    (_site_packages(space.odoo_venv) / _PTH).write_text(f"{space.odoo_packages}\n")
    stamp.write()


def ensure_dev_venv(space: Workspace) -> None:
    """The tools and the reference device. Odoo is not importable here, on purpose: it proves purity."""
    key = digest(space.requirements_dev.read_bytes(), *_interpreter(space.dev_venv))
    stamp = Stamp(space.state, "venv-dev", key)
    if not stamp.fresh():
        stamp.clear()
        _create(space, space.dev_venv)
        with step("Installing the development tools"):
            _pip(space, space.dev_venv, "install", "-r", str(space.requirements_dev))
        stamp.write()
    _install_device(space, key)


def _install_device(space: Workspace, venv_key: str) -> None:
    """Install this project itself, editable, once its two packages exist."""
    folders = (space.addons / "offline_base" / "core", space.root / "client" / "offline_device")
    if not all((folder / "__init__.py").is_file() for folder in folders):
        return
    stamp = Stamp(space.state, "device", digest(venv_key, (space.root / "pyproject.toml").read_bytes()))
    if stamp.fresh():
        return
    with step("Installing the reference device"):
        _pip(space, space.dev_venv, "install", "--no-deps", "--no-build-isolation", "-e", str(space.root))
    stamp.write()


def _interpreter(venv: Path) -> tuple[str, str, str]:
    """What a virtualenv is bound to: it cannot be moved, nor change its Python."""
    return (str(venv), base_python(), sys.version)


def _create(space: Workspace, venv: Path) -> None:
    shutil.rmtree(venv, ignore_errors=True)
    run([base_python(), "-m", "venv", venv], what=f"Making {venv.name}", log=space.logs / f"{venv.name}.log")


def _pip(space: Workspace, venv: Path, verb: str, *arguments: str) -> None:
    run(
        [venv / "bin" / "python", "-m", "pip", verb, "--no-input", "--disable-pip-version-check", *arguments],
        what="pip install",
        log=space.logs / f"pip-{venv.name}.log",
        hint="Check the network; a second run goes on with what was downloaded.",
        env=space.env,
    )


def _site_packages(venv: Path) -> Path:
    return venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
