"""`python -m tools.gen_pot [--check] [--db NAME]`: write the addons' translation templates with Odoo's own export.

Odoo exports what a database has installed, so this works on throw-away copies of the templates that have the addons,
or on a database given by name that has them all and is up to date. What would differ from one export to the next
without any change of a text (dates, versions) is left out of the header. With `--check` nothing is written, and a
stale template is an error. Too slow for `make lint`: a test of the addon compares the same texts.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

from tools.provision import database, odoo, templates
from tools.provision.steps import run
from tools.provision.workspace import Workspace, addon_names

_VOLATILE = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team): .*\n', re.M)


def export(space: Workspace, db: str, addon: str) -> str:
    """The template of one addon as Odoo exports it from this database."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{addon}.pot"
        # A subcommand of a subcommand: the options follow the second.
        command = [str(space.odoo_python), str(space.odoo_bin), "i18n", "export", "-c", str(space.odoo_conf)]
        command += ["-d", db, "-l", "pot", "-o", str(file), addon]
        log = space.logs / f"gen_pot-{addon}.log"
        run(command, what=f"Exporting the texts of {addon}", log=log, env=odoo.environment(space))
        return _VOLATILE.sub("", file.read_text(encoding="utf-8"))


def _exported(space: Workspace, db: str | None, addon: str) -> str:
    """The template of one addon, from the database given or from a new copy."""
    if db:
        return export(space, db, addon)
    name = f"offline_pot_{uuid4().hex[:12]}"
    database.create(name, template=addon if addon not in templates.SUITE else "suite")
    try:
        return export(space, name, addon)
    finally:
        database.drop(name)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.gen_pot", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a template is stale")
    parser.add_argument("--db", help="export from this database instead of a new copy")
    options = parser.parse_args(arguments)
    space = Workspace.here()
    odoo.write_conf(space)
    stale = []
    for addon in addon_names(space.addons):
        page = space.addons / addon / "i18n" / f"{addon}.pot"
        text = _exported(space, options.db, addon)
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            stale.append(page)
            if not options.check:
                page.parent.mkdir(exist_ok=True)
                page.write_text(text, encoding="utf-8")
    for page in stale if options.check else ():
        print(f"{page.relative_to(space.root)} is stale: run python -m tools.gen_pot", file=sys.stderr)
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
