"""The core and the device are plain Python: they run, and are tested, where there is no Odoo."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.arch import imports
from tools.provision.workspace import Workspace

ROOT = Workspace.here().root
CORE = ROOT / "addons" / "offline_base" / "core"
DEVICE = ROOT / "client" / "offline_device"
TOOLS = ROOT / "tools" / "provision"
CORE_MAY_IMPORT = sys.stdlib_module_names | {"pydantic"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", imports.sources(CORE), ids=_name)
def test_core_imports_only_the_standard_library_and_pydantic(path: Path) -> None:
    foreign = [found for found in imports.absolute(path.read_text()) if found[1] not in CORE_MAY_IMPORT]
    assert foreign == []


@pytest.mark.parametrize("path", imports.sources(CORE), ids=_name)
def test_relative_imports_of_core_stay_inside_it(path: Path) -> None:
    depth = len(path.relative_to(CORE).parts)  # a file of core itself may say `from .`, not `from ..`
    assert imports.deepest_relative(path.read_text()) <= depth


@pytest.mark.parametrize("path", imports.sources(DEVICE), ids=_name)
def test_the_device_never_imports_odoo(path: Path) -> None:
    assert "odoo" not in {name for _line, name in imports.absolute(path.read_text())}


@pytest.mark.parametrize("path", imports.sources(TOOLS), ids=_name)
def test_provisioning_needs_no_virtualenv(path: Path) -> None:
    foreign = [
        found for found in imports.absolute(path.read_text()) if found[1] not in sys.stdlib_module_names
    ]
    assert foreign == []


def test_importing_the_core_does_not_import_odoo() -> None:
    program = """
import importlib, offline_core, pkgutil, sys
for found in pkgutil.walk_packages(offline_core.__path__, "offline_core."):
    importlib.import_module(found.name)
sys.exit("odoo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_these_tests_run_where_odoo_cannot_be_imported() -> None:
    done = subprocess.run([sys.executable, "-c", "import odoo"], capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError" in done.stderr
