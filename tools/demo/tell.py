"""How the demo speaks: short lines, one column for who does it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_STATUS = {
    "applied": "applied",
    "merged": "merged with the office's change, by policy",
    "conflict": "conflict: parked for a person to decide",
    "rejected": "rejected by Odoo, kept with its reason",
    "deferred": "waits for another operation",
}


class Teller:
    """Prints to the terminal; in colour where there is one."""

    def __init__(self) -> None:
        self._colour = sys.stdout.isatty()

    def scene(self, title: str) -> None:
        print(f"\n{self._paint(title, '1;36')}")

    def line(self, who: str, what: str) -> None:
        print(f"  {self._paint(f'{who:<8}', '2')} {what}", flush=True)

    def operations(self, entries: Sequence[dict[str, object]]) -> None:
        """Each operation of the day with the server's word on it."""
        for entry in sorted(entries, key=lambda e: int(str(e["number"]))):
            status = str(entry["status"])
            colour = {"applied": "32", "merged": "32"}.get(status, "33")
            word = self._paint(_STATUS.get(status, status), colour)
            print(f"  #{entry['number']:<3} {entry['what']:<48} {word}")
            if entry.get("reason"):
                print(f"       {'':<47} \u201c{entry['reason']}\u201d")

    def where_to_look(self, url: str, seconds: float) -> None:
        print(f"\n{self._paint('See it in Odoo', '1;36')} ({seconds:.0f} s)")
        print(f"  {url}/odoo  login admin, password admin")
        print("  Offline > Conflicts       what waits for a decision: the three sides of a field")
        print("  Offline > Rejected Work   what Odoo refused, with its reason")
        print("  Offline > Operations      all that the phone sent, and what became of it")
        print("  Offline > Sales           where an agreed price is not Odoo's")
        print("  The server goes on in the background; make stop ends it.")

    def what_to_try(self, address: str) -> None:
        """The app as a newcomer finds it at work."""
        print(f"\n{self._paint('Take the app with you', '1;36')}, as Marc, who sells")
        print(f"  {address}")
        print("  The address lets one browser in, within fifteen minutes; make demo gives another.")
        print("  1  make stop takes the network away: close the tab, open it again, it is all there")
        print("  2  My pipeline: convert the lead, make a quotation with the code ROAD5, confirm the order")
        print("  3  make demo brings the network back: the app sends everything, and the office has it once")
        print("  The same day by hand, step by step: docs/user-guide.md")
        print("  For a phone: Offline > Devices > Enrol a Device shows a code to scan; it needs https.")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text
