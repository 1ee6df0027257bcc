"""Random histories of quotations, compared with the model of truth for them. `make prove ORDERS=1` runs many more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .order_histories import OrderHistories
from .order_office import OrderGround
from .quick import assert_sales_were_tried, run
from .server import prepared

HISTORIES = 10


@pytest.fixture(scope="module", autouse=True)
def ground() -> Iterator[None]:
    with prepared(ground=OrderGround, template="pipeline") as OrderHistories.ground:
        yield


def test_random_histories_of_quotations_end_as_the_model_of_truth_says(capsys):
    """Proves I1, I2, I3, I4, I5, I6, I7, I8, I10."""
    ends, _faults = run(OrderHistories, HISTORIES, 25, capsys)
    assert_sales_were_tried(ends)
