"""People read refusals in their own language: the catalogue's sentences are exported, translated and served."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.faults.wire import uuid7
from tools.stage.office import Office

TIMEOUT_S = 60


@pytest.fixture(scope="module")
def office(server) -> Office:
    office = Office(server.url, server.db)
    (french,) = office("res.lang", "search", [("code", "=", "fr_FR")], context={"active_test": False})
    wizard = office.create("base.language.install", lang_ids=[(6, 0, [french])], overwrite=True)
    office("base.language.install", "lang_install", [wizard])
    return office


@pytest.fixture(scope="module")
def post(server, office):
    """`post(route, body)` as the device of a user whose language is French."""
    user = office.hire_traveller("camille", "Camille Durand")
    office.write("res.users", user, lang="fr_FR")
    body = {"code": office.code(user), "nonce": "n" * 32, "device": {"name": "Téléphone"}}
    enrolled = requests.post(f"{server.url}/offline/v1/enroll", json=body, timeout=TIMEOUT_S).json()
    headers = {"Authorization": f"Bearer {enrolled['token']}"}

    def send(route: str, content: dict[str, Any]) -> Any:
        url = f"{server.url}/offline/v1/{route}"
        return requests.post(url, json=content, headers=headers, timeout=TIMEOUT_S).json()

    send.device, send.headers = enrolled["device"], headers
    return send


def operation(number: int, **other: Any) -> dict[str, Any]:
    at = "2026-01-01T12:00:00Z"
    return {"seq": number, "op": uuid7(), "at": at, "target": {"uid": uuid7()}, **other}


def test_receipts_and_their_fields_speak_french(post):
    bad = operation(1, entity="res.partner", verb="create", values={"name": "Boulangerie", "vip": True})
    strange = operation(2, entity="res.bank", verb="create", values={"name": "Banque"})
    receipts = post("push", {"operations": [bad, strange]})["receipts"]
    assert [(receipt["code"], receipt["message"]) for receipt in receipts] == [
        ("field_unknown", "Le champ ne fait pas partie du profil de l'appareil."),
        ("entity_unknown", "Ce type d'enregistrement ne fait pas partie du profil de l'appareil."),
    ]
    assert receipts[0]["fields"] == {"vip": "Ce champ ne fait pas partie du profil."}


def test_named_operations_are_offered_in_french(server, post):
    url = f"{server.url}/offline/v1/profile"
    described = requests.get(url, headers=post.headers, timeout=TIMEOUT_S).json()
    activities = next(entity for entity in described["entities"] if entity["name"] == "mail.activity")
    assert [named["label"] for named in activities["operations"]] == ["Marquer comme fait", "Reporter"]


def test_problems_say_in_french_what_happened_and_what_to_do(post, office):
    (device,) = office("offline.device", "search", [("uid", "=", post.device)])
    office("offline.device", "action_revoke", [device])
    problem = post("pull", {"cursor": None})
    office("offline.device", "action_restore", [device])
    assert problem["code"] == "device_revoked"
    assert problem["title"] == "Cet appareil a été révoqué."
    assert problem["remedy"].startswith("Adressez-vous à un gestionnaire hors ligne")
