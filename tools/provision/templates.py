"""Databases that are built once and copied from then on.

Each carries, in its name, this checkout and a key of everything that shaped it: a template is right or it is
not there. It gets its name only when complete, so an interrupted build leaves nothing that could be mistaken
for one, and nobody can connect to it, because PostgreSQL does not copy a database in use.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import odoo, postgres
from .errors import ProvisionError
from .steps import digest, locked, step
from .workspace import Workspace, addon_names

BASE_MODULES = ("mail", "contacts", "product", "calendar")
#: Our addons that need no more of Odoo than that. Each other addon has a template of its own, named after it, so that
#: what it needs of Odoo slows only its own tests.
SUITE = ("offline_base",)
#: The addon, with what it needs, that people find in a database of their own (`make demo`, `make serve`).
DEMO = "offline_crm"
#: Addons of the tests that need more of Odoo than the others, and the template that has them: {addon: template}.
APART = {"offline_test_stock": "stock"}
_IGNORED = {"tests", "__pycache__", "readme"}

# Files go into PostgreSQL: a copy of the database is then complete by itself, without a file store. The web
# client's bundles are built once here rather than in every copy.
_KEEP_FILES_IN_DATABASE = """
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env.cr.commit()
"""
_BUILD_BUNDLES = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""


@dataclass(frozen=True)
class Template:
    """A recipe: start from `parent`, install `modules`, run `script`."""

    name: str
    parent: str | None
    modules: Callable[[Workspace], tuple[str, ...]]
    sources: Callable[[Workspace], tuple[Path, ...]]
    script: str


TEMPLATES = {
    "base": Template("base", None, lambda space: BASE_MODULES, lambda space: (), _KEEP_FILES_IN_DATABASE),
    "suite": Template(
        "suite",
        "base",
        lambda space: SUITE,
        lambda space: tuple(space.addons / name for name in SUITE),
        _BUILD_BUNDLES,
    ),
    "tests": Template(
        "tests",
        "suite",
        lambda space: tuple(name for name in addon_names(space.test_addons) if name not in APART),
        lambda space: (space.test_addons,),
        "",
    ),
    # Sales where Odoo counts stock.
    "stock": Template(
        "stock",
        "offline_crm",
        lambda space: ("offline_test_stock",),
        lambda space: (space.test_addons / "offline_test_stock",),
        "",
    ),
    # Random histories of leads, whose workers die on request.
    "pipeline": Template(
        "pipeline",
        "offline_crm",
        lambda space: ("offline_test_oracle",),
        lambda space: (space.test_addons,),
        "",
    ),
}


def of(space: Workspace, name: str) -> Template:
    """The recipe of a template: one of `TEMPLATES`, or that of an addon with needs of its own."""
    if name in TEMPLATES:
        return TEMPLATES[name]
    if name in SUITE or name not in addon_names(space.addons):
        raise ProvisionError(f"no template {name}; there are {', '.join(names(space))}")
    return Template(name, "suite", lambda space: (name,), lambda space: (space.addons / name,), "")


def names(space: Workspace) -> tuple[str, ...]:
    """All templates of this checkout."""
    return (*TEMPLATES, *(name for name in addon_names(space.addons) if name not in SUITE))


def with_addon(name: str) -> str:
    """The template that has an addon of ours, or of the tests, installed."""
    if name in APART:
        return APART[name]
    return name if name in addon_names(Workspace.here().addons) and name not in SUITE else "tests"


def key(space: Workspace, name: str) -> str:
    """What the template's content depends on, as a short digest."""
    template = of(space, name)
    if template.parent is None:
        pins = space.requirements_odoo.read_bytes()
        return digest(space.versions().get("odoo", ""), pins, *BASE_MODULES, template.script)
    parts = [key(space, template.parent), template.script]
    for folder in template.sources(space):
        parts.append(content_key(folder))
    return digest(*parts)


def content_key(folder: Path) -> str:
    """A digest of the files of addons, without their tests and documentation."""
    parts: list[str | bytes] = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and path.suffix != ".pyc" and not _IGNORED & set(relative.parts):
            parts += [str(relative), path.read_bytes()]
    return digest(*parts)


def ensure(space: Workspace, name: str) -> str:
    """Have a template that fits the present code; its database name. Stale ones are dropped.

    Concurrent builders wait for each other, so nothing is built twice.
    """
    wanted = database_name(space, name)
    if not _exists(space, wanted):
        with locked(space.state / "templates.lock"):
            _ensure_locked(space, name)
    return wanted


def database_name(space: Workspace, name: str) -> str:
    return f"offline_{space.ident}_{name}_{key(space, name)}"


def drop_all(space: Workspace) -> None:
    """Drop every template of this checkout, current or not."""
    for name in names(space):
        _drop_stale(space, name, keep="")


def _ensure_locked(space: Workspace, name: str) -> str:
    wanted = database_name(space, name)
    if _exists(space, wanted):
        return wanted
    template = of(space, name)
    parent = _ensure_locked(space, template.parent) if template.parent else None
    odoo.write_conf(space)
    building = f"offline_{space.ident}_building"
    postgres.drop(space, building)
    copied = f'TEMPLATE "{parent}"' if parent else "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
    postgres.psql(space, "postgres", f'CREATE DATABASE "{building}" {copied}')
    modules = template.modules(space)
    if modules:
        with step(f"Building the template database {name} ({len(modules)} addons and what they need)"):
            odoo.update(space, building, install=modules, what=f"Installing {', '.join(modules)}")
            if template.script:
                odoo.script(space, building, template.script, what=f"Finishing the template {name}")
    rename = f'ALTER DATABASE "{building}" RENAME TO "{wanted}"'
    postgres.psql(space, "postgres", f'ALTER DATABASE "{building}" ALLOW_CONNECTIONS false')
    postgres.psql(space, "postgres", rename)
    odoo.forget_files(space, building)
    _drop_stale(space, name, keep=wanted)
    return wanted


def _drop_stale(space: Workspace, name: str, keep: str) -> None:
    pattern = re.compile(f"offline_{space.ident}_{name}_[0-9a-f]{{10}}")
    for found in postgres.psql(space, "postgres", "SELECT datname FROM pg_database").splitlines():
        if pattern.fullmatch(found) and found != keep:
            postgres.drop(space, found)


def _exists(space: Workspace, db: str) -> bool:
    return postgres.psql(space, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{db}'") == "1"
