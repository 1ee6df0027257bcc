"""The tree keeps its promises: every test is imported, every addon is complete, every package is shipped."""

from __future__ import annotations

import ast
import importlib.util
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.provision.workspace import Workspace

SPACE = Workspace.here()
ADDONS = sorted(manifest.parent for manifest in SPACE.addons.glob("*/__manifest__.py"))
README_FRAGMENTS = ("DESCRIPTION", "CONFIGURE", "USAGE", "ROADMAP")
with (SPACE.root / "pyproject.toml").open("rb") as _file:
    SETUPTOOLS = tomllib.load(_file)["tool"]["setuptools"]


def _manifest(addon: Path) -> dict[str, Any]:
    return dict(ast.literal_eval((addon / "__manifest__.py").read_text()))


def _imported_names(source: str) -> set[str]:
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return {name for node in nodes for name in (node.module, *(alias.name for alias in node.names)) if name}


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_every_test_file_is_imported_because_odoo_skips_the_others(addon: Path) -> None:
    written = {path.stem for path in addon.glob("tests/test_*.py")}
    init = addon / "tests" / "__init__.py"
    assert written - _imported_names(init.read_text() if init.is_file() else "") == set()


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_manifest_says_who_may_use_it_and_for_which_odoo(addon: Path) -> None:
    manifest = _manifest(addon)
    assert manifest.get("license") == "LGPL-3"
    assert str(manifest.get("version", "")).startswith("19.0.")
    assert {"name", "summary", "author", "category", "depends"} - set(manifest) == set()


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_files_named_in_the_manifest_exist(addon: Path) -> None:
    manifest = _manifest(addon)
    named = [*manifest.get("data", []), *manifest.get("demo", [])]
    assert [name for name in named if not (addon / name).is_file()] == []


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_every_data_file_is_named_in_the_manifest(addon: Path) -> None:
    manifest = _manifest(addon)
    named = {*manifest.get("data", []), *manifest.get("demo", [])}
    folders = ("data", "demo", "security", "views", "wizards")
    found = [
        path for folder in folders for path in (addon / folder).glob("*") if path.suffix in (".xml", ".csv")
    ]
    assert {str(path.relative_to(addon)) for path in found} - named == set()


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_addon_has_an_icon_and_is_described(addon: Path) -> None:
    assert (addon / "static" / "description" / "icon.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    described = {path.stem for path in (addon / "readme").glob("*") if path.suffix in (".md", ".rst")}
    assert set(README_FRAGMENTS) - described == set()


@pytest.mark.parametrize(("package", "folder"), SETUPTOOLS["package-dir"].items())
def test_every_package_is_listed_for_shipping(package: str, folder: str) -> None:
    root = SPACE.root / folder
    found = {".".join((package, *init.parent.relative_to(root).parts)) for init in root.rglob("__init__.py")}
    assert found - set(SETUPTOOLS["packages"]) == set()


@pytest.mark.parametrize(("package", "folder"), SETUPTOOLS["package-dir"].items())
def test_packages_that_exist_can_be_imported(package: str, folder: str) -> None:
    written = (SPACE.root / folder / "__init__.py").is_file()
    assert (importlib.util.find_spec(package) is not None) == written
