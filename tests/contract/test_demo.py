"""`make demo`: what it tells is what happens, and it can be played again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.demo.day import play
from tools.demo.tell import Teller
from tools.provision.server import OdooServer
from tools.stage.network import Network
from tools.stage.office import Office


def test_day_of_the_demo_ends_as_it_is_told_and_can_be_played_again(
    make_database: Callable[..., str],
    make_server: Callable[..., OdooServer],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves I2, I6, I8. The confirmed order, one conflict, one refusal; all hold the same."""
    server = make_server(make_database(template="offline_crm"))
    office = Office(server.url, server.db)
    for number in ("first", "second"):
        with Network(server.port) as network:
            assert play(Teller(), office, network, tmp_path / number), capsys.readouterr().out
        told = capsys.readouterr().out
        assert told.count("conflict: parked for a person to decide") == 1
        assert told.count("rejected by Odoo, kept with its reason") == 1
        [order] = [line.split()[1] for line in told.splitlines() if line.endswith("Library: confirmed")]
        # What it printed of the order is what Odoo has.
        found = office.find("sale.order", ("name", "=", order))
        stored = office.read("sale.order", found, "state", "amount_total")
        assert stored["state"] == "sale"
        assert f"{stored['amount_total']:.2f}" in told
        prices = office("offline.price.variance", "search_count", [("order_id", "=", found)])
        assert prices == told.count("agreed ") == 1
