"""Databases for people and tests: copies of a template, each with an identity of its own."""

from __future__ import annotations

import re

from . import odoo, postgres, templates
from .errors import ProvisionError
from .steps import digest, step
from .workspace import Workspace, addon_names

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")

# A copy is another database: sessions and tokens of the original must not open it.
_NEW_IDENTITY = """
UPDATE ir_config_parameter SET value = gen_random_uuid()::text WHERE key IN ('database.uuid', 'database.secret');
UPDATE ir_config_parameter SET value = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
 WHERE key = 'database.create_date';
"""


def environment() -> dict[str, str]:
    """PG* variables that reach the server, for libpq, psql and psycopg2; starts the private one if need be."""
    return postgres.ensure_running(Workspace.here())


def reach(name: str) -> dict[str, str]:
    """The arguments with which psycopg2 connects to a database: it reads PG* variables from its process alone."""
    options = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    found = environment()
    return {"dbname": name, **{option: found[key] for key, option in options.items() if found.get(key)}}


def exists(name: str) -> bool:
    """True when there is a database of this name."""
    _check(name)
    return (
        postgres.psql(Workspace.here(), "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
        == "1"
    )


def create(name: str, template: str = "suite") -> None:
    """Copy a template (`base`, `suite`, `tests`, an addon), building it first if it does not fit the present code.

    The copy gets its own `database.uuid` and secret; then `addons/offline_base/data/neutralize.sql` runs on
    it, if the addon is installed: it says that this is a copy. An existing database of that name is an error.
    """
    copy(name, templates.ensure(Workspace.here(), template))


def copy(name: str, source: str) -> None:
    """The same from any database that nobody is connected to."""
    _check(name)
    space = Workspace.here()
    if exists(name):
        raise ProvisionError(f"there is already a database {name}")
    # Copying the files is quicker than writing all of it to the log, the more so the larger the database.
    postgres.psql(space, "postgres", f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy')
    postgres.psql(space, name, _NEW_IDENTITY)
    hook = space.addons / "offline_base" / "data" / "neutralize.sql"
    if hook.is_file() and installed(name, "offline_base"):
        postgres.psql(space, name, hook.read_text(encoding="utf-8"))
    _note_code(space, name)


def drop(name: str) -> None:
    """Drop a database, with its connections and files; nothing happens when there is none."""
    _check(name)
    space = Workspace.here()
    postgres.drop(space, name)
    odoo.forget_files(space, name)


def installed(name: str, module: str) -> bool:
    """True when an Odoo module is installed in a database."""
    query = f"SELECT 1 FROM ir_module_module WHERE name = '{module}' AND state = 'installed'"
    return postgres.psql(Workspace.here(), name, query) == "1"


def is_up_to_date(name: str) -> bool:
    """True when an existing database was made or upgraded with the present code of our addons."""
    space = Workspace.here()
    query = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'"
    return postgres.psql(space, "postgres", query) == _code(space)


def bring_up_to_date(name: str) -> None:
    """Have a database that fits the present code: created if missing, else upgraded if our addons changed."""
    space = Workspace.here()
    if not exists(name):
        templates.ensure(space, templates.DEMO)
        with step(f"Creating the database {name}"):
            create(name, templates.DEMO)
        return
    if is_up_to_date(name):
        return
    present = [module for module in addon_names(space.addons) if installed(name, module)]
    missing = [module for module in (*templates.SUITE, templates.DEMO) if module not in present]
    with step(f"Upgrading our addons in {name}"):
        odoo.update(space, name, install=missing, upgrade=present, what=f"Upgrading {name}")
    _note_code(space, name)


def _code(space: Workspace) -> str:
    return f"offline code {digest(templates.key(space, 'suite'), templates.content_key(space.addons))}"


def _note_code(space: Workspace, name: str) -> None:
    """Remember, in the database's comment, which code it was made or upgraded with."""
    postgres.psql(space, "postgres", f"COMMENT ON DATABASE \"{name}\" IS '{_code(space)}'")


def _check(name: str) -> None:
    """Names go into SQL and into Odoo's database filter: keep them plain."""
    if not _NAME.fullmatch(name):
        raise ProvisionError(f"{name!r} is no database name: letters, digits, _ and -, 63 at most")
