"""The databases of the comparison: Odoo with a module, and a copy of it with our addons."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

from tools.provision import database, odoo, postgres, templates
from tools.provision.steps import digest, step
from tools.provision.workspace import Workspace, addon_names

SIDES = ("plain", "ours")


class Databases:
    """Built once for what shaped them, without demo data, as Odoo's own runs are; each run gets a copy."""

    def __init__(self, space: Workspace) -> None:
        self.space = space

    def ensure(self, module: str, side: str) -> str:
        """A database with ``module`` and what our addons need; with ``side`` "ours" also our addons."""
        name = self._name(module, side)
        if database.exists(name):
            return name
        building = f"{name}_building"
        database.drop(building)
        if side == "ours":
            plain = self.ensure(module, "plain")
            self.copy(plain, building)
            wanted = tuple(name for name in addon_names(self.space.addons) if self._fits(name, plain))
        else:
            wanted = (*templates.BASE_MODULES, *({module} - {"base", *templates.BASE_MODULES}))
            template = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
            postgres.psql(self.space, "postgres", f'CREATE DATABASE "{building}" {template}')
        with step(f"Installing {', '.join(wanted)}"):
            odoo.update(self.space, building, install=wanted, what=f"Installing for {module}", demo=False)
        self.rename(building, name)
        return name

    def copy(self, source: str, name: str) -> None:
        """Copy a database that nobody uses, with its files."""
        postgres.psql(self.space, "postgres", f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        files = self._files(source)
        if files.is_dir():
            shutil.copytree(files, self._files(name), dirs_exist_ok=True)

    def rename(self, old: str, new: str) -> None:
        """Give a complete database its name."""
        postgres.psql(self.space, "postgres", f'ALTER DATABASE "{old}" RENAME TO "{new}"')
        if self._files(old).is_dir():
            self._files(old).rename(self._files(new))

    def key(self, side: str) -> str:
        """What a run depends on: Odoo, its packages, and for our side our addons."""
        parts = [self.space.versions().get("odoo", ""), self.space.requirements_odoo.read_text()]
        if side == "ours":
            parts.append(templates.content_key(self.space.addons))
        return digest(*parts)

    def _fits(self, addon: str, db: str) -> bool:
        """Whether a database has what an addon of ours needs of Odoo: more than that would be another comparison."""
        manifest = ast.literal_eval(
            (self.space.addons / addon / "__manifest__.py").read_text(encoding="utf-8")
        )
        needs = set(manifest["depends"]) - set(addon_names(self.space.addons))
        return all(database.installed(db, module) for module in needs)

    def _name(self, module: str, side: str) -> str:
        shared = module in ("base", *templates.BASE_MODULES)
        return f"foreign_{self.space.ident}_{'base' if shared else module}_{side}_{self.key(side)}"

    def _files(self, name: str) -> Path:
        return self.space.data_dir / "filestore" / name
