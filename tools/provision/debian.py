"""Odoo 19 from Debian's archive, unpacked into a private prefix: no root rights, nothing installed.

Odoo 19 is not on PyPI, but Debian unstable has it. A private apt root fetches it from the archive that this
machine already uses; apt checks the signatures. Two packages come from bookworm, because Odoo wants Font
Awesome 4.7 and Debian's later ones moved its files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .errors import ProvisionError
from .steps import run, step, warn
from .workspace import Workspace

# Package -> (suite, the version everything here was tested with). Odoo's package holds dangling links into
# the others: without them even the login page fails.
PACKAGES = {
    "odoo-19": ("sid", "19.0.0+dfsg-1"),
    "libjs-jquery": ("sid", "3.7.1+dfsg+~3.5.33-1"),
    "libjs-jquery-form": ("sid", "12-4"),
    "libjs-underscore": ("sid", "1.13.8~dfsg+~1.13.0-1"),
    "fonts-roboto-unhinted": ("sid", "2:3.016-1"),
    "fonts-montserrat": ("sid", "9.000-6"),
    "fonts-ocr-b": ("sid", "0.3.1~dfsg-2"),
    "fonts-font-awesome": ("bookworm", "5.0.10+really4.7.0~dfsg-4.1"),
    "fonts-inconsolata": ("bookworm", "001.010-6"),
}
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_HELPER = "/usr/lib/apt/apt-helper"
_AGAIN = "Check the network; a second run goes on where this one stopped."
_ELSEWHERE = "Set ODOO_HOME to an installed Odoo 19 (a source checkout, or a prefix with usr/bin/odoo)."


def fetch(space: Workspace) -> dict[str, Path]:
    """All packages as files in the download cache; those already there are not asked for again."""
    folder = space.cache / "debs"
    folder.mkdir(parents=True, exist_ok=True)
    if not all(_cached(folder, name) for name in PACKAGES):
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise ProvisionError(f"no {tool}: Odoo's package needs a Debian system. {_ELSEWHERE}")
        with step("Downloading Odoo 19 (about 130 MB, once)"):
            _download(space, folder, [name for name in PACKAGES if not _cached(folder, name)])
    found: dict[str, Path] = {}
    for name, (_suite, version) in PACKAGES.items():
        deb = _cached(folder, name) or _newest(folder, name)
        if deb is None:
            raise ProvisionError(f"the archive has no package {name} for this system. {_ELSEWHERE}")
        if (got := _version_of(deb)) != version:
            warn(f"{name} is {got} here; this project was tested with {version}")
        found[name] = deb
    return found


def unpack(space: Workspace, debs: dict[str, Path]) -> None:
    """Unpack into a fresh prefix; it takes the place of the old one only when complete."""
    fresh = space.prefix.with_name("odoo.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    with step("Unpacking Odoo 19"):
        for name, deb in debs.items():
            try:
                run(["dpkg-deb", "-x", deb, fresh], what=f"Unpacking {name}", log=space.logs / "unpack.log")
            except ProvisionError:
                deb.unlink()  # a damaged download must not be found again
                raise
        shutil.rmtree(space.prefix, ignore_errors=True)
        fresh.rename(space.prefix)


def version(debs: dict[str, Path]) -> str:
    """The version of Odoo's package, for the record."""
    return _version_of(debs["odoo-19"])


def _cached(folder: Path, name: str) -> Path | None:
    wanted = PACKAGES[name][1].replace(":", "%3a")
    return next(iter(folder.glob(f"{name}_{wanted}_*.deb")), None)


def _newest(folder: Path, name: str) -> Path | None:
    return max(folder.glob(f"{name}_*.deb"), key=lambda deb: deb.stat().st_mtime, default=None)


def _version_of(deb: Path) -> str:
    return deb.name.split("_")[1].replace("%3a", ":")


def _download(space: Workspace, folder: Path, names: list[str]) -> None:
    root = space.cache / "apt"
    archive = _archive(space, root / "own")
    sources = root / "sources.list"
    suites = sorted({suite for suite, _version in PACKAGES.values()})
    sources.write_text("".join(f"deb [signed-by={_KEYRING}] {archive} {suite} main\n" for suite in suites))
    options = _apt_root(root / "odoo")
    options += ["-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=/dev/null"]
    _apt(space, "update", options, [], folder)
    # sid wins over bookworm unless a package names its suite.
    wanted = [name if PACKAGES[name][0] == "sid" else f"{name}/{PACKAGES[name][0]}" for name in names]
    # `apt-get download` would begin an interrupted file anew; apt's helper goes on with it, and it checks the
    # hash that the signed index names. A file moves to its place only then.
    partial = folder / "partial"
    partial.mkdir(exist_ok=True)
    _apt(space, "download", [*options, "--print-uris"], wanted, partial)
    for line in (space.logs / "apt-download.log").read_text().splitlines():
        if line.startswith("'"):
            uri, name, _size, hash_sum = line.split()
            target = partial / name
            command: list[str | Path] = [_HELPER, "-q", "download-file", uri.strip("'"), target, hash_sum]
            run(command, what=f"Downloading {name}", log=space.logs / "download.log", hint=_AGAIN)
            target.replace(folder / name)


def _archive(space: Workspace, root: Path) -> str:
    """The address of Debian's archive, as this machine's own configuration names it.

    apt tells it only from downloaded indexes, so a private update comes first: on many machines (and in
    most containers) none ever ran.
    """
    if not _KEYRING.is_file():
        raise ProvisionError(f"no {_KEYRING}: Odoo's package comes from Debian 12 or 13. {_ELSEWHERE}")
    options = _apt_root(root)
    _apt(space, "update", options, [], root)
    shown = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI) $(ORIGIN) $(LABEL)",
            "Created-By: Packages",
            *options,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in shown.stdout.splitlines():
        uri, origin, label = [*line.split(), "", "", ""][:3]
        if (origin, label) == ("Debian", "Debian"):  # not security, not another vendor
            return uri
    raise ProvisionError(f"no Debian archive in this machine's apt sources. {_ELSEWHERE}")


def _apt_root(root: Path) -> list[str]:
    """Options for an apt that keeps all its files under `root`, interrupted downloads included."""
    for part in ("state/lists/partial", "cache/archives/partial"):
        (root / part).mkdir(parents=True, exist_ok=True)
    return ["-q", "-o", f"Dir::State={root / 'state'}", "-o", f"Dir::Cache={root / 'cache'}"]


def _apt(space: Workspace, verb: str, options: list[str], names: list[str], cwd: Path) -> None:
    run(
        ["apt-get", verb, *options, *names],
        what=f"apt-get {verb}",
        log=space.logs / f"apt-{verb}.log",
        hint=_AGAIN,
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C"},
    )
