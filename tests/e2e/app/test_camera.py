"""Codes that are read with the camera: Chromium plays a film in its place, of a code that a hand brings nearer."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.app.device import AppDevice
from tests.e2e.conftest import PATIENCE_MS
from tools.stage.chromium import another

_WIDTH, _HEIGHT = 640, 480
#: How near the code is, frame by frame. One picture that lies still is read at once or never: some are too fine.
_NEARNESS = (1.0, 1.0, 1.2, 1.2, 1.45, 1.45, 1.7, 1.7, 2.0, 2.0)


def film(picture: Image.Image, path: Path) -> Path:
    """A film of a picture that comes nearer, as a camera gives it: luminance, and no colour."""
    grey = bytes([128]) * (_WIDTH * _HEIGHT // 2)
    frames = []
    for nearness in _NEARNESS:
        scale = min(nearness, _WIDTH / picture.width, _HEIGHT / picture.height)
        seen = picture.resize(
            (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BICUBIC
        )
        frame = Image.new("L", (_WIDTH, _HEIGHT), 255)
        frame.paste(seen, ((_WIDTH - seen.width) // 2, (_HEIGHT - seen.height) // 2))
        frames.append(b"FRAME\n" + frame.tobytes() + grey)
    head = f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + b"".join(frames))
    return path


def ean13(digits: str) -> Image.Image:
    """The bars of an EAN-13, as its standard draws them, three pixels a module."""
    sets = {"L": ["3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112"]}
    sets["G"] = [widths[::-1] for widths in sets["L"]]
    orders = (
        "LLLLLL",
        "LLGLGG",
        "LLGGLG",
        "LLGGGL",
        "LGLLGG",
        "LGGLLG",
        "LGGGLL",
        "LGLGLG",
        "LGLGGL",
        "LGGLGL",
    )
    order = orders[int(digits[0])]
    left = [sets[kind][int(digit)] for kind, digit in zip(order, digits[1:7], strict=True)]
    right = [sets["L"][int(digit)] for digit in digits[7:]]
    # Guards begin with a bar; what lies between them alternates from a space on the left, from a bar on the right.
    widths = "111" + "".join(left) + "11111" + "".join(right) + "111"
    image = Image.new("L", (3 * (sum(map(int, widths)) + 20), 160), 255)
    x, is_bar = 30, True
    for width in map(int, widths):
        if is_bar:
            image.paste(0, (x, 0, x + 3 * width, image.height))
        x, is_bar = x + 3 * width, not is_bar
    return image


@pytest.fixture
def seeing(browser, network, tmp_path) -> Iterator[Callable[[Image.Image], AppDevice]]:
    """`seeing(picture)` is a device whose camera looks at a picture."""
    made: list[AppDevice] = []

    def make(picture: Image.Image) -> AppDevice:
        context = another(
            browser,
            tmp_path / f"profile{len(made)}",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={film(picture, tmp_path / 'camera.y4m')}",
            locale="en-US",
            permissions=["camera"],
        )
        context.set_default_timeout(PATIENCE_MS)
        made.append(AppDevice(context, network))
        return made[-1]

    yield make
    for one in made:
        one.close()
    assert [text for one in made for text in one.complaints] == []


def test_enrolment_code_that_the_office_shows_is_read_with_the_camera(seeing, office, hire, network):
    address = office("ir.config_parameter", "get_param", "web.base.url")
    office("ir.config_parameter", "set_param", "web.base.url", network.url)
    try:
        shown = office.create("offline.enrolment.wizard", user_id=hire("Cara Looker"))
        office("offline.enrolment.wizard", "action_issue", shown)
    finally:
        office("ir.config_parameter", "set_param", "web.base.url", address)
    drawn = office.read("offline.enrolment.wizard", shown, "qr_code")["qr_code"]
    device = seeing(Image.open(io.BytesIO(base64.b64decode(drawn))).convert("L")).open()
    device.button("Scan the code").click()
    device.until_synced()
    assert device.status()["user"] == "Cara Looker"


def test_barcode_finds_its_product(seeing, office, hire):
    office.create("product.product", name="Scanned Flour", barcode="4006381333931")
    device = seeing(ean13("4006381333931")).enrol(office.code(hire("Cleo Looker")))
    device.open("/list/product.product")
    device.button("Scan a barcode").click()
    expect(device.page.get_by_role("searchbox")).to_have_value("4006381333931")
    device.says("Scanned Flour")
