"""An independent tus client (tuspy, from PyPI) sends blobs to a real server, over a network that breaks."""

from __future__ import annotations

import hashlib
import io
import os

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusUploadFailed

from tools.stage.network import Network

TIMEOUT_S = 60

pytestmark = pytest.mark.usefixtures("quiet_log")


@pytest.fixture
def network(server):
    with Network(server.port) as between:
        yield between


@pytest.fixture
def token(world):
    return world.device().token


@pytest.fixture
def client(network, token):
    return TusClient(f"{network.url}/offline/v1/blobs", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def data():
    return os.urandom(700_001)


def uploader(client, data, **options):
    metadata = {"sha256": hashlib.sha256(data).hexdigest(), "filename": "Photo é.bin"}
    options.setdefault("retry_delay", 0)
    return client.uploader(file_stream=io.BytesIO(data), metadata=metadata, **options)


def download(server, token, data):
    url = f"{server.url}/offline/v1/blobs/sha256/{hashlib.sha256(data).hexdigest()}"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S)


def test_client_sends_a_file_in_one_go(server, client, token, data):
    uploader(client, data).upload()
    assert download(server, token, data).content == data


def test_client_sends_a_file_in_parts_with_checksums(server, client, token, data):
    uploader(client, data, chunk_size=100_000, upload_checksum=True).upload()
    assert download(server, token, data).content == data


def test_empty_file_is_sent_by_its_creation(server, client, token):
    uploader(client, b"").upload()
    assert download(server, token, b"").status_code == 200


def test_client_goes_on_after_the_network_was_gone(server, client, token, data, network):
    """Proves I2. It asks where the upload stands, and sends the rest."""
    sending = uploader(client, data, chunk_size=100_000)
    sending.upload_chunk()
    sending.upload_chunk()
    network.close()
    with pytest.raises(TusUploadFailed):
        sending.upload_chunk()
    network.open()
    later = uploader(client, data, chunk_size=100_000, url=sending.url)
    assert later.offset == 200_000
    later.upload()
    assert download(server, token, data).content == data


def test_lost_answer_of_a_part_is_found_out_by_asking(server, client, token, data, network):
    """Proves I2. The part is there; sending it again would be refused."""
    sending = uploader(client, data, chunk_size=100_000, retries=1)
    sending.upload_chunk()
    network.lose_answers()
    sending.upload()
    assert download(server, token, data).content == data


def test_what_came_of_a_broken_part_is_kept(server, client, token, data, network):
    """A phone on a bad line gets ahead with every try, even with a client that sends all in one part."""
    sending = uploader(client, data)
    sending.set_url(sending.create_url())
    network.cut_request(after_bytes=400_000)
    with pytest.raises(TusUploadFailed):
        sending.upload_chunk()
    network.wait_until_quiet()
    later = uploader(client, data, url=sending.url)
    assert 300_000 < later.offset <= 400_000
    later.upload()
    assert download(server, token, data).content == data


def test_same_file_again_needs_no_upload(server, client, token, data):
    uploader(client, data).upload()
    again = uploader(client, data, retries=1)
    again.upload()
    assert again.offset == len(data)
    assert download(server, token, data).content == data
