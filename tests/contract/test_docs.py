"""The documents say what the code says: examples are vectors, codes and statuses exist, links lead somewhere."""

from __future__ import annotations

import ast
import importlib
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from offline_core import openapi, routes, wire
from offline_core.errors import CATALOGUE
from tools import gen_examples, gen_invariants

from .vectors import load

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])
PROTOCOL = (DOCS / "protocol.md").read_text(encoding="utf-8")
MARKED = re.compile(r"<!-- example: (\S+) (\S+) -->\n```json\n(.*?)\n```", re.DOTALL)


@pytest.mark.parametrize("generator", ["gen_errors", "gen_invariants", "gen_examples"])
def test_generated_pages_are_not_stale(generator):
    assert importlib.import_module(f"tools.{generator}").main(["--check"]) == 0


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_marked_example_equals_its_vector(path):
    for name, pointer, block in MARKED.findall(path.read_text(encoding="utf-8")):
        assert json.loads(block) == gen_examples.part(name, pointer), f"{name} {pointer}"


@pytest.mark.parametrize("name", ["protocol.md", "writing-a-device.md"])
def test_every_json_block_of_the_wire_documents_is_marked(name):
    page = (DOCS / name).read_text(encoding="utf-8")
    assert page.count("```json") == len(MARKED.findall(page))


def test_stale_example_is_noticed():
    vector = load()[0].name
    page = f"<!-- example: {vector} /name -->\n```json\n0\n```\n"
    assert gen_examples.render(page) != page


def test_protocol_names_every_route_status_and_code_of_a_call():
    for route in routes.ROUTES:
        assert route.path.partition("{")[0].strip("/").split("/")[0] in PROTOCOL
    for status in get_args(wire.Status):
        assert f"`{status}`" in PROTOCOL
    for code in CATALOGUE:
        assert f"`{code}`" in PROTOCOL, code


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_relative_link_leads_to_a_file(path):
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_changelog_begins_with_the_version_of_the_addon():
    manifest = ast.literal_eval((ROOT / "addons/offline_base/__manifest__.py").read_text(encoding="utf-8"))
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == manifest["version"]
    assert headings == sorted(headings, key=lambda v: [int(n) for n in v.split(".")], reverse=True)


def test_nothing_of_the_wire_is_deprecated_as_the_protocol_says():
    assert "Today there is none." in PROTOCOL
    assert '"deprecated"' not in json.dumps(openapi.document("0"))


def test_every_invariant_is_proved_by_some_test():
    page = (DOCS / "invariants.md").read_text(encoding="utf-8")
    for number in range(1, 11):
        assert f"\n### Tests of I{number}\n\n- `" in page


def test_citation_of_an_unknown_invariant_is_refused():
    page = (DOCS / "invariants.md").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="I99"):
        gen_invariants.render(page, {"I99": {"tests/x.py": ["test_y"]}})
