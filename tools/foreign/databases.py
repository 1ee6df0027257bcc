"""The databases of the comparison: Odoo with a module, and a copy of it with our addons."""

from __future__ import annotations

import ast
import shutil
from functools import cached_property
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
            self.copy(self.ensure(module, "plain"), building)
            wanted = self.addons(module)
        else:
            wanted = self._modules(module)
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

    def key(self, module: str, side: str) -> str:
        """What a run depends on: Odoo, its packages and modules, and for our side our addons."""
        parts = [self.space.versions().get("odoo", ""), self.space.requirements_odoo.read_text()]
        parts += self._modules(module)
        if side == "ours":
            parts.append(templates.content_key(self.space.addons))
        return digest(*parts)

    def addons(self, module: str) -> tuple[str, ...]:
        """Our addons that are installed for a module: those that stand on it, or on nothing but what is shared."""
        return tuple(
            addon
            for addon in addon_names(self.space.addons)
            if module in (needs := self._needs(addon)) - self._shared or needs <= self._shared
        )

    def _modules(self, module: str) -> tuple[str, ...]:
        """What both sides have of Odoo: the module, and what those addons stand on."""
        needs = {module}.union(*map(self._needs, self.addons(module)))
        return (*templates.BASE_MODULES, *sorted(needs - self._shared))

    @cached_property
    def _shared(self) -> set[str]:
        """What every database has."""
        return {"base", *templates.BASE_MODULES}.union(*map(self._needs, templates.BASE_MODULES))

    def _needs(self, addon: str) -> set[str]:
        """The modules of Odoo that a module stands on, directly or not."""
        found: set[str] = set()
        waiting = self._depends(addon)
        while waiting:
            if (name := waiting.pop()) not in found:
                found.add(name)
                waiting += self._depends(name)
        return found - set(addon_names(self.space.addons))

    def _depends(self, module: str) -> list[str]:
        for folder in (self.space.addons, *self.space.odoo_addons):
            if (manifest := folder / module / "__manifest__.py").is_file():
                depends: list[str] = ast.literal_eval(manifest.read_text(encoding="utf-8")).get("depends", [])
                return depends
        return []

    def _name(self, module: str, side: str) -> str:
        return f"foreign_{self.space.ident}_{side}_{self.key(module, side)}"

    def _files(self, name: str) -> Path:
        return self.space.data_dir / "filestore" / name
