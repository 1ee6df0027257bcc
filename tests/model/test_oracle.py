"""Random histories of devices and the office, compared with the model of truth. `make prove` runs many more."""

from __future__ import annotations

import pytest

from .machine import Histories
from .quick import run
from .server import prepared
from .world import EMPTY, POLICIES

HISTORIES = 12


@pytest.fixture(scope="module")
def ground():
    with prepared() as found:
        yield found


def test_random_histories_end_as_the_model_of_truth_says(ground, capsys):
    """Proves I1, I2, I3, I4, I5, I6, I7, I8, I10."""
    Histories.ground = ground
    ends, faults = run(Histories, HISTORIES, 35, capsys)
    assert ends["applied"] > 200, "the histories were empty: they prove nothing"
    assert ends["merged"] > 0
    assert ends["conflict"] + ends["resolved_server"] > 0
    assert ends["rejected"] + ends["amended"] + ends["discarded"] > 0
    # Which of them is drawn is a matter of chance; `make prove` meets them all.
    assert len({"lose", "repeat", "die", "cut", "late", "device died"} & faults.keys()) >= 4


def test_the_model_itself_knows_no_field_without_a_policy():
    """A field that devices write and the profile leaves out would be decided by chance."""
    for kind, policies in POLICIES.items():
        assert policies.keys() <= EMPTY[kind].keys()
