"""Photos and documents over servers that die and networks that break."""

from __future__ import annotations

import base64
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import uuid6

from tests.faults.waiting import until_blocked
from tests.faults.wire import Wire
from tools.stage.office import Office
from tools.stage.phone import NoConnection

TIMEOUT_S = 60


class Upload:
    """One blob of a bare device."""

    def __init__(self, wire: Wire, data: bytes) -> None:
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.blobs = f"{wire.url}/offline/v1/blobs"
        self.url = f"{self.blobs}/uploads/{self.sha256}"
        self.headers = {**wire.headers, "Tus-Resumable": "1.0.0"}

    def begin(self) -> requests.Response:
        metadata = f"sha256 {base64.b64encode(self.sha256.encode()).decode()}"
        declared = {"Upload-Length": str(len(self.data)), "Upload-Metadata": metadata}
        return requests.post(self.blobs, headers=self.headers | declared, timeout=TIMEOUT_S)

    def offset(self) -> int:
        answer = requests.head(self.url, headers=self.headers, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return int(answer.headers["Upload-Offset"])

    def send(self, start: int, end: int | None = None) -> requests.Response:
        sent = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
        return requests.patch(
            self.url, data=self.data[start:end], headers=self.headers | sent, timeout=TIMEOUT_S
        )

    def read(self) -> bytes:
        url = f"{self.blobs}/sha256/{self.sha256}"
        answer = requests.get(url, headers=self.headers, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.content


def test_server_killed_in_the_middle_of_an_upload_keeps_what_it_confirmed(
    make_database, make_server, connect
):
    """Proves I2, I5. SIGKILL while a part waits for a lock: that part is gone, those before it are there."""
    db = make_database()
    server = make_server(db, workers=2)
    office = Office(server.url, db)
    wire = Wire.enrol(server.url, office.code(office.hire_traveller("uploader", "Uploader")))
    upload = Upload(wire, os.urandom(3_000_000))
    upload.begin().raise_for_status()
    upload.send(0, 1_000_000).raise_for_status()
    blocker = connect(db)
    blocker.cursor().execute("SELECT 1 FROM offline_blob WHERE sha256 = %s FOR UPDATE", [upload.sha256])
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(upload.send, 1_000_000)
        until_blocked(connect(db))
        server.kill()
        with pytest.raises(requests.RequestException):
            sent.result()
    blocker.rollback()
    server.start()
    assert upload.offset() == 1_000_000
    assert upload.send(1_000_000).status_code == 204
    assert upload.read() == upload.data


def test_same_part_sent_six_times_at_once_counts_once(traveller, make_wire):
    """Proves I2."""
    upload = Upload(make_wire(traveller), os.urandom(200_000))
    upload.begin().raise_for_status()
    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(lambda _: upload.send(0, 100_000).status_code, range(6)))
    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 409, 503}
    assert upload.offset() == 100_000
    upload.send(100_000).raise_for_status()
    assert upload.read() == upload.data


def test_blob_declared_six_times_at_once_is_one_upload(traveller, make_wire):
    """Proves I2."""
    upload = Upload(make_wire(traveller), os.urandom(1000))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: upload.begin(), range(6)))
    assert {answer.status_code for answer in answers} <= {201, 503}
    upload.begin().raise_for_status()
    assert upload.send(0).status_code == 204
    assert upload.read() == upload.data


def test_lost_answer_of_the_last_part_leaves_a_complete_blob(traveller, make_wire, network):
    """Proves I2. The bytes became one attachment; nobody heard of it."""
    upload = Upload(make_wire(traveller), os.urandom(50_000))
    upload.begin().raise_for_status()
    network.lose_answers()
    with pytest.raises(requests.ConnectionError):
        upload.send(0)
    assert upload.offset() == 50_000
    assert upload.begin().headers["Upload-Offset"] == "50000"
    assert upload.read() == upload.data


def test_phone_attaches_a_file_without_a_network_and_it_arrives_once(
    office, traveller, make_phone, network, tmp_path
):
    """Proves I2, I8. The dead spot comes first, then a lost answer; the record has the file once."""
    partner = office.create("res.partner", name="With a photo")
    phone = make_phone(traveller, "camera")
    photo = tmp_path / "meter.bin"
    photo.write_bytes(os.urandom(2_500_000))
    network.close()
    kept = phone("attach", "res.partner", str(partner), str(photo))
    assert phone("status")["files_waiting"] == 1
    network.open()
    network.lose_answers()
    with pytest.raises(NoConnection):
        phone.sync()
    phone.sync()
    found = office(
        "ir.attachment",
        "search_read",
        [("res_model", "=", "res.partner"), ("res_id", "=", partner)],
        ["name", "datas", "create_uid"],
    )
    assert [(one["name"], one["create_uid"][0]) for one in found] == [("meter.bin", traveller)]
    assert base64.b64decode(found[0]["datas"]) == photo.read_bytes()
    assert phone("status")["files_waiting"] == 0
    assert phone("show", "ir.attachment", kept["uid"])["values"]["raw"]["sha256"] == kept["sha256"]


def test_blob_that_is_complete_while_its_use_is_written_fills_it(office, traveller, make_wire, connect):
    """Proves I8, I10. The push has begun before the last part came, and ends after it: neither sees the other."""
    wire = make_wire(traveller)
    upload = Upload(wire, os.urandom(50_000))
    held = office.create("res.partner", name="Held up")
    blocker = connect()
    with ThreadPoolExecutor(1) as pool:
        blocker.cursor().execute("SELECT 1 FROM res_partner WHERE id = %s FOR UPDATE", [held])
        pushed = pool.submit(wire.push, *_attach_and_edit(wire, office, upload, held))
        until_blocked(connect())
        upload.begin().raise_for_status()
        upload.send(0).raise_for_status()
        blocker.rollback()
        assert [receipt["status"] for receipt in pushed.result()["receipts"]] == ["applied", "applied"]
    assert _attached(office, held) == [upload.data]


def test_blob_whose_last_part_comes_while_its_use_is_written_fills_it(office, traveller, make_wire, connect):
    """Proves I8, I10. The last part has begun before the push, and ends after it."""
    wire = make_wire(traveller)
    upload = Upload(wire, os.urandom(50_000))
    upload.begin().raise_for_status()
    held = office.create("res.partner", name="Named in between")
    blocker = connect()
    with ThreadPoolExecutor(1) as pool:
        # Weaker than what the last part takes, and no hindrance to a row that refers to this one.
        blocker.cursor().execute(
            "SELECT 1 FROM offline_blob WHERE sha256 = %s FOR NO KEY UPDATE", [upload.sha256]
        )
        sent = pool.submit(upload.send, 0)
        until_blocked(connect())
        receipts = wire.push(*_attach_and_edit(wire, office, upload, held))["receipts"]
        assert [receipt["status"] for receipt in receipts] == ["applied", "applied"]
        blocker.rollback()
        sent.result().raise_for_status()
    assert _attached(office, held) == [upload.data]


def test_use_that_nobody_filled_is_filled_within_minutes(office, traveller, make_wire, connect):
    """Proves I8, I10. The server died after the two commits, and before it looked again."""
    wire = make_wire(traveller)
    upload = Upload(wire, os.urandom(5_000))
    held = office.create("res.partner", name="Died in between")
    wire.push(*_attach_and_edit(wire, office, upload, held))
    upload.begin().raise_for_status()
    upload.send(0).raise_for_status()
    assert _attached(office, held) == [upload.data]
    # As it is when neither of the two transactions saw the other: the bytes are there, and nobody has used them.
    connection = connect()
    connection.cursor().execute(
        "UPDATE offline_blob_use SET state = 'waiting' WHERE sha256 = %s", [upload.sha256]
    )
    connection.commit()
    attachment = office.find("ir.attachment", ("res_model", "=", "res.partner"), ("res_id", "=", held))
    office.write("ir.attachment", attachment, datas=False)
    assert _attached(office, held) == [b""]
    office("ir.cron", "method_direct_trigger", [office.ref("offline_base.offline_fence_cron")])
    assert _attached(office, held) == [upload.data]


def _attach_and_edit(wire, office, upload, partner):
    """Work that names a blob, then touches a record."""
    wire.pull()
    value = {"sha256": upload.sha256, "size": len(upload.data), "type": "application/octet-stream"}
    values = {"name": "a.bin", "res_model": "res.partner", "res_id": partner, "raw": value}
    attach = wire.operation("ir.attachment", "create", target={"uid": str(uuid6.uuid7())}, values=values)
    return attach, wire.update("res.partner", partner, {"city": "Liège"})


def _attached(office, partner):
    found = office(
        "ir.attachment",
        "search_read",
        [("res_model", "=", "res.partner"), ("res_id", "=", partner)],
        ["datas"],
    )
    return [base64.b64decode(one["datas"] or "") for one in found]
