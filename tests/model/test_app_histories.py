"""Random histories of the app's own engine in Chromium, beside reference devices and under the same model of truth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tools.stage.chromium import chromium

from .app_histories import AppHistories
from .machine import Histories
from .quick import run
from .server import prepared
from .world import CONTACT

HISTORIES = 3


@pytest.fixture(scope="module", autouse=True)
def ground() -> Iterator[None]:
    with prepared() as Histories.ground, chromium() as AppHistories.browser:
        yield


@pytest.fixture
def history() -> Iterator[AppHistories]:
    """Three devices that have synced: `ann` and `cem` run the app's engine, `bob` is `ann`'s reference device."""
    found = AppHistories()
    found.begin(("ann", "cem"), "ann", [])
    yield found
    found.teardown()


def test_an_edit_that_outlived_a_crash_of_the_page_counts_once(history):
    """Proves I2. The page dies after the server took the push and before the device knew."""
    ann = history.handsets["ann"]
    name = history.new_name()
    made = ann.device.create(CONTACT, {"name": name, "phone": "a"})
    history.names.learn(CONTACT, made.uid, name)
    faults = history.faults["device died"]
    ann.crash_after = 3
    assert not ann.sync()
    assert history.faults["device died"] == faults + 1
    assert ann.sync()
    history.quiet()
    assert history.office.stored(CONTACT)[name]["phone"] == "a"


def test_random_histories_with_the_apps_engine_end_as_the_model_of_truth_says(capsys):
    """Proves I1, I2, I3, I4, I5, I6, I7, I8, I10."""
    ends, _faults = run(AppHistories, HISTORIES, 25, capsys)
    assert ends["applied"] > 40, "the histories were empty: they prove nothing"
