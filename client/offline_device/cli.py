"""``offline-device``: the reference device on a terminal.

Exit codes: 0 done; 2 wrong usage; 3 no connection; 4 refused by the server; 5 refused on this device, nothing was
kept; 6 another process uses the home; 7 not enrolled; 8 any other error of the device.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from offline_core.errors import Refusal

from . import commands
from .device import Device
from .errors import DeviceError, HomeBusy, NotEnrolled, Offline, Refused
from .output import Output

OK, USAGE, NO_CONNECTION, REFUSED, REFUSED_HERE, BUSY, NOT_ENROLLED, OTHER = 0, 2, 3, 4, 5, 6, 7, 8
HOME_VARIABLE = "OFFLINE_DEVICE_HOME"


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(
        prog="offline-device", description="A device of Odoo Offline on a terminal."
    )
    top.add_argument(
        "--home",
        type=Path,
        default=os.environ.get(HOME_VARIABLE),
        help=f"the folder of the device (or set {HOME_VARIABLE})",
    )
    top.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    kinds = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: commands.Command, about: str) -> argparse.ArgumentParser:
        found = kinds.add_parser(name, help=about, description=about)
        found.set_defaults(run=run)
        return found

    enrol = command("enrol", commands.enrol, "become a device of a server, with an enrolment code")
    enrol.add_argument("url")
    enrol.add_argument("code")
    enrol.add_argument("--name", help="what the office calls this device")
    enrol.add_argument("--database", help="where the address alone does not tell")

    sync = command("sync", commands.sync, "deliver and receive now")
    sync.add_argument(
        "--watch", action="store_true", help="go on, as mode and schedule ask for; end with Ctrl-C"
    )

    escrow = command("escrow", commands.escrow, "hand this device's work over, sealed for the office")
    escrow.add_argument("--file", type=Path, help="save the box here instead of sending it")

    command("status", commands.status, "what the device knows of itself")
    command("profile", commands.profile, "what this device may hold and do")
    command("check", commands.check, "check every held record for damage")

    command("verify", commands.verify, "compare everything with the server, and repair what differs")

    mode = command("mode", commands.mode, "show or choose the mode")
    mode.add_argument("mode", nargs="?")

    network = command("network", commands.network, "show or say what kind of network this is")
    network.add_argument("kind", nargs="?", choices=("metered", "free"))
    cache = command("cache", commands.cache, "show or choose the room for files that the server has")
    cache.add_argument("bytes", nargs="?", type=int)

    search = command("search", commands.search, "find records by words and exact values")
    search.add_argument("entity")
    search.add_argument("text", nargs="?", default="")
    search.add_argument("--where", action="append", default=[], metavar="FIELD=VALUE")
    search.add_argument("--limit", type=int, default=40)
    search.add_argument("--offset", type=int, default=0)

    for name, run, about in (
        ("show", commands.show, "show a record"),
        ("edit", commands.edit, "change fields of a record"),
        ("delete", commands.delete, "delete a record"),
    ):
        found = command(name, run, about)
        found.add_argument("entity")
        found.add_argument("ref", help="the record's id or uid")
        if name == "edit":
            found.add_argument("values", nargs="+", metavar="FIELD=VALUE")

    create = command("create", commands.create, "make a record")
    create.add_argument("entity")
    create.add_argument("values", nargs="*", metavar="FIELD=VALUE")

    do = command("do", commands.do, "run a named operation")
    do.add_argument("entity")
    do.add_argument("ref", help="the record's id or uid, or - for none")
    do.add_argument("operation")
    do.add_argument("args", nargs="*", metavar="NAME=VALUE", help="JSON values, or texts")

    attach = command("attach", commands.attach, "put a file on a record")
    attach.add_argument("entity")
    attach.add_argument("ref", help="the record's id or uid")
    attach.add_argument("file", type=Path)
    fetch = command("fetch", commands.fetch, "fetch a file by its hash")
    fetch.add_argument("sha256")
    fetch.add_argument("--size", type=int, help="a small picture of it, this many dots wide and high")
    fetch.add_argument("--to", type=Path, help="copy it here")

    outbox = command("outbox", commands.outbox, "what has no final state yet")
    outbox.add_argument("--parked", action="store_true", help="only what waits for a decision")
    journal = command("journal", commands.journal, "what was delivered and decided")
    journal.add_argument("--limit", type=int, default=40)

    amend = command("amend", commands.amend, "send a rejected operation again with other values")
    amend.add_argument("number", type=int)
    amend.add_argument("values", nargs="+", metavar="FIELD=VALUE")
    discard = command("discard", commands.discard, "give a parked operation up")
    discard.add_argument("number", type=int)
    discard.add_argument("reason")
    resolve = command("resolve", commands.resolve, "decide a conflict")
    resolve.add_argument("number", type=int)
    resolve.add_argument("by", choices=("server", "device", "values"))
    resolve.add_argument("values", nargs="*", metavar="FIELD=VALUE")
    return top


def main(
    arguments: Sequence[str] | None = None,
    *,
    open_device: Callable[..., Device] = Device,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Run one command; the exit code says how it went."""
    top = parser()
    asked = top.parse_args(arguments)
    if asked.home is None:
        top.error(f"say --home FOLDER or set {HOME_VARIABLE}")
    output = Output(as_json=asked.json)
    asked.sleep = sleep
    try:
        with open_device(Path(asked.home), progress=output.progress) as device:
            asked.run(device, asked, output)
        return OK
    except Refusal as error:
        return output.failed(
            error.message or error.entry.title, REFUSED_HERE, code=error.code, fields=error.fields
        )
    except Offline as error:
        return output.failed(str(error), NO_CONNECTION, code="offline")
    except Refused as error:
        return output.failed(str(error), REFUSED, code=error.code)
    except HomeBusy as error:
        return output.failed(str(error), BUSY, code="home_busy")
    except NotEnrolled as error:
        return output.failed(str(error), NOT_ENROLLED, code="not_enrolled")
    except commands.UsageError as error:
        return output.failed(str(error), USAGE, code="usage")
    except DeviceError as error:
        return output.failed(str(error), OTHER, code=type(error).__name__)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.stderr.close()  # nobody reads on; what is stored stays
        return OK
