"""P8: memory of the server and of the reference device while 200,000 contacts are pulled."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.provision.server import OdooServer

from .bed import Bed
from .data import MINE, SMALL, refer
from .measure import Claim, Result

_RECORDS = 200_000


def measure(bed: Bed) -> Result:
    """A pull by pages of 1,000: what a fresh server process grows by, and what the device needs at most."""
    refer(bed.db, [MINE], _RECORDS - SMALL)
    with OdooServer(bed.db) as server:
        small = bed.device()
        small.url = server.url
        small.post("pull", {"cursor": None, "limit": 100}).raise_for_status()
        before = _peak(server.pid)
        code = bed.office.code(bed.person()[0], bed.profile)
        device_mb = _device_peak(server.url, code)
        after = _peak(server.pid)
    return Result(
        f"Memory while {_RECORDS:,} contacts are pulled by pages of 1,000",
        claims=[
            Claim("the server grows by", after - before, 150, unit="MB"),
            Claim("the reference device needs at most", device_mb, 60, unit="MB"),
        ],
        notes=[f"The server's process had {before:.0f} MB before and {after:.0f} MB at most."],
    )


def _peak(process: int) -> float:
    """The highest resident memory of a process so far, in MB."""
    with open(f"/proc/{process}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def _device_peak(url: str, code: str) -> float:
    """The highest resident memory of the reference device that enrols and syncs, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        source = f"""
from pathlib import Path
from offline_device import Device
device = Device(Path({str(Path(folder) / "home")!r}))
device.enrol({url!r}, {code!r})
device.sync()
assert device.count("res.partner") == {_RECORDS}, device.count("res.partner")
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
        # Not `ru_maxrss`: that of a new program begins with what the one that started it had.
        done = subprocess.run([sys.executable, "-c", source], text=True, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return int(done.stdout.split()[-1]) / 1024
