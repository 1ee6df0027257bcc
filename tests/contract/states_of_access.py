"""States of codes, tokens, users and devices, before a device has pulled anything."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg2
import requests

from tests.faults.wire import Wire
from tools.provision import database

from .place import TIMEOUT_S, Named, Place


class AccessStates(Place):
    """Each method makes the state of `vectors.GIVEN` that it is named after."""

    def _empty(self) -> Named:
        return {}

    def _code_issued(self) -> Named:
        return {"code": self.code(self.rider), "nonce": secrets.token_urlsafe(16), **self._person(self.rider)}

    def _code_used(self) -> Named:
        named = self._code_issued()
        return named | {"device": Wire.enrol(self.url, named["code"], named["nonce"]).uid}

    def _code_guessed(self) -> Named:
        named = self._code_issued()
        code = named["code"]
        wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
        for _try in range(20):
            body = {"code": wrong, "nonce": secrets.token_urlsafe(16), "device": {"name": "Guess"}}
            if (
                requests.post(f"{self.url}/offline/v1/enroll", json=body, timeout=TIMEOUT_S).status_code
                == 429
            ):
                return named
        raise RuntimeError("twenty wrong tries were not enough to lock the code")

    def _pull_lane_held(self) -> Named:
        named = self._device()
        return named | {"lock": self._locked_lane(named["device"], "pull")}

    def _push_lane_held(self) -> Named:
        named = self._device()
        return named | {"lock": self._locked_lane(named["device"], "push")}

    @contextlib.contextmanager
    def _locked_lane(self, device: str, direction: str) -> Iterator[None]:
        query = """SELECT 1 FROM offline_lane WHERE direction = %s
                   AND device_id = (SELECT id FROM offline_device WHERE uid = %s) FOR UPDATE"""
        connection = psycopg2.connect(**database.reach(self.db))
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, (direction, device))
            yield
        finally:
            connection.close()

    def _crowd(self) -> Named:
        return self._device() | {"lock": self._taken_places()}

    @contextlib.contextmanager
    def _taken_places(self) -> Iterator[None]:
        """More than a server has by default; the number in the query is `LOCK_CLASS` of store/admission.py."""
        connection = psycopg2.connect(**database.reach(self.db))
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(1868981872, place) FROM generate_series(1, 100) AS place"
                )
            yield
        finally:
            connection.close()

    def _device_revoked(self) -> Named:
        return self._office_did("action_revoke")

    def _device_to_wipe(self) -> Named:
        return self._office_did("action_revoke_and_wipe")

    def _rotation_asked(self) -> Named:
        return self._office_did("action_rotate")

    def _office_did(self, action: str) -> Named:
        named = self._device()
        # A token that was never used would be as good as a rotated one.
        named["wire"].push()
        device = self.office.find("offline.device", ("uid", "=", named["device"]))
        self.office("offline.device", action, [device])
        return named

    def _token_spent(self) -> Named:
        named = self._device()
        wire: Wire = named["wire"]
        wire.token = wire.call("token", {})["token"]
        wire.push()
        return named

    def _device_with_key(self) -> Named:
        named = self._device()
        named["wire"].push()
        return named | named["wire"].proof()

    def _proof_of_yesterday(self) -> Named:
        named = self._token_expired()
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
        return named | named["wire"].proof(time=yesterday.replace("+00:00", "Z"))

    def _app_outdated(self) -> Named:
        profile = self.office.create("offline.profile", name="New apps only", minimum_app_version="2.0")
        return self._device(profile=profile)

    def _token_expired(self) -> Named:
        named = self._device_with_key() | self._person(self.rider)
        with self.sql() as cursor:
            cursor.execute(
                """UPDATE offline_token SET expires_at = now() - interval '1 day'
                    WHERE device_id = (SELECT id FROM offline_device WHERE uid = %s)""",
                [named["device"]],
            )
        return named

    def _user_archived(self) -> Named:
        user = self.user("Leaver")
        named = self._device(user)
        self.office.write("res.users", user, active=False)
        return named

    def _copy_suspected(self) -> Named:
        return self._device() | {"lock": self._elsewhere()}

    @contextlib.contextmanager
    def _elsewhere(self) -> Iterator[None]:
        change = "UPDATE offline_epoch SET home = %s WHERE ended_at IS NULL"
        with self.sql() as cursor:
            cursor.execute("SELECT home FROM offline_epoch WHERE ended_at IS NULL")
            [home] = cursor.fetchone()
            cursor.execute(change, ["1/2/production"])
            yield
            cursor.execute(change, [home])
