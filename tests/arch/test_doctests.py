"""The examples in docstrings hold. Each docstring with examples is one test."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator

import pytest

PACKAGES = ("offline_core", "offline_device", "tools", "tests.arch")


def _modules(package_name: str) -> list[str]:
    """The package and all modules below it, found without running any but the package itself."""
    spec = importlib.util.find_spec(package_name)
    if spec is None:
        return []  # not written yet; test_layout fails if a package that exists is not installed
    folders = list(spec.submodule_search_locations or [])
    found = [package_name]
    for module in pkgutil.iter_modules(folders, f"{package_name}."):
        if not module.name.rsplit(".", 1)[-1].startswith(("__main__", "test_")):
            found += _modules(module.name) if module.ispkg else [module.name]
    return found


def _examples() -> Iterator[tuple[str, doctest.DocTest | Exception]]:
    """Each docstring with examples; a module that cannot be imported is one failing test, not a broken run."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in (name for package in PACKAGES for name in _modules(package)):
        try:
            tests = finder.find(importlib.import_module(name))
        except Exception as error:  # shown by its own test
            yield name, error
        else:
            yield from ((test.name, test) for test in tests if test.examples)


EXAMPLES = dict(_examples())


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_of(name: str) -> None:
    example = EXAMPLES[name]
    if isinstance(example, Exception):
        raise example
    output: list[str] = []
    result = doctest.DocTestRunner().run(example, out=output.append)
    assert result.failed == 0, "".join(output)
