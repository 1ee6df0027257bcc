"""Random histories of a sales team, compared with the model of truth for leads. `make prove CRM=1` runs many more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .lead_histories import LeadHistories
from .lead_office import LeadGround
from .lead_world import EMPTY, LEAD, POLICIES
from .quick import assert_sales_were_tried, run
from .server import prepared

HISTORIES = 12


@pytest.fixture(scope="module", autouse=True)
def ground() -> Iterator[None]:
    with prepared(ground=LeadGround, template="pipeline") as LeadHistories.ground:
        yield


def test_random_histories_of_a_sales_team_end_as_the_model_of_truth_says(capsys):
    """Proves I1, I2, I3, I4, I5, I6, I7, I8, I10."""
    ends, _faults = run(LeadHistories, HISTORIES, 25, capsys)
    assert_sales_were_tried(ends)


def test_the_model_itself_knows_no_field_without_a_policy():
    """A field that devices write and the model leaves out would be decided by chance."""
    assert POLICIES[LEAD].keys() <= EMPTY[LEAD].keys()
