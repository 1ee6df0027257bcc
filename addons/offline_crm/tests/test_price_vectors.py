"""The device's price engine against real orders of Odoo: fresh baskets at every run."""

import json
import os
import random
import subprocess
import tempfile
from pathlib import Path

from odoo.addons.offline_base.core.fields import format_instant
from odoo.addons.offline_base.tests.common import OfflineCase, Phone
from odoo.tools.misc import file_path

from .common import SALES_GROUPS
from .price_worlds import PriceWorld, records_of

_ROOT = Path(__file__).resolve().parents[3]
_CHECK = _ROOT / "tests" / "engine" / "price_check.js"
#: How many orders of how many worlds a run compares; `OFFLINE_PRICE_BASKETS=100x25` asks for others.
_WORLDS, _BASKETS = map(int, os.environ.get("OFFLINE_PRICE_BASKETS", "3x40").split("x"))
#: A run tells its seed; with `OFFLINE_PRICE_SEED` it draws the same again. Where a change is judged (`CI`) all do.
_SEED = int(
    os.environ.get("OFFLINE_PRICE_SEED")
    or (19 if os.environ.get("CI") else random.SystemRandom().getrandbits(32))
)
#: Whether people ask for promotions as well; `OFFLINE_PRICE_PROMOTIONS=` leaves them out.
_PROMOTIONS = bool(os.environ.get("OFFLINE_PRICE_PROMOTIONS", "1"))
#: Where to write the baskets, to be kept as the vectors of the layer `engine`.
_KEEP = os.environ.get("OFFLINE_PRICE_VECTORS")


class TestPriceVectors(OfflineCase):
    """Orders that Odoo makes, reckoned once more of nothing but what a salesperson's device holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = cls.env.ref("offline_crm.offline_profile_sales").copy({"name": "Prices"})
        cls.seller = cls.new_user("seller", SALES_GROUPS)
        cls.device = cls.enrol(cls.seller)

    def world(self, seed):
        """One world with its baskets, as the vectors have them."""
        world = PriceWorld(self.env, random.Random(seed), f"W{seed}", promotions=_PROMOTIONS)
        asked = [world.draw_order() for _ in range(_BASKETS)]
        orders = self.env["sale.order"].create(asked)
        baskets = [world.basket(order, values) for order, values in zip(orders, asked, strict=True)]
        self.env.flush_all()
        phone = Phone(self.device)
        phone.sync()
        return {
            "seed": seed,
            "now": format_instant(world.now),
            "records": records_of(phone.held),
            "customers": world.customer_values(),
            "baskets": baskets,
        }

    def differences(self, worlds):
        """What Node's answer differs in from Odoo's."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "worlds.json"
            path.write_text(json.dumps({"worlds": worlds}, separators=(",", ":")))
            if _KEEP:
                Path(_KEEP).write_text(path.read_text())
            addons = Path(file_path("account/static/src/helpers/account_tax.js")).parents[4]
            done = subprocess.run(
                [os.environ["OFFLINE_NODE"], str(_CHECK), str(path)],
                env={**os.environ, "ODOO_ADDONS": str(addons)},
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def test_a_device_reckons_every_basket_as_odoo_does(self):
        worlds = []
        for n in range(_WORLDS):
            # Of a world only the baskets stay: the next one begins where this one began.
            with self.env.cr.savepoint(flush=True) as savepoint:
                worlds.append(self.world(_SEED + n))
                savepoint.rollback()
            self.env.invalidate_all()
        found = self.differences(worlds)
        self.assertEqual(_WORLDS * _BASKETS, found["baskets"])
        self.assertEqual([], found["differences"][:10], f"{len(found['differences'])} of seed {_SEED}")
        self.assertEqual([], found["unknown"][:10], f"not reckoned of seed {_SEED}")
