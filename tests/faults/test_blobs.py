"""Photos and documents over servers that die and networks that break."""

from __future__ import annotations

import base64
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.faults.test_exactly_once import _wait_for_lock
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
    watcher = connect(db)
    watcher.autocommit = True
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(upload.send, 1_000_000)
        _wait_for_lock(watcher)
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
