"""States in which a device holds records, and the office did something since."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tests.faults.wire import Wire

from .place import Named, Place


class RecordStates(Place):
    """Each method makes the state of `vectors.GIVEN` that it is named after."""

    def _synced(self, user: int | None = None, profile: int | None = None, **contact: Any) -> Named:
        partner = self.contact(**contact)
        activity = self.activity(partner, user or self.rider)
        named = self._device(user, profile)
        wire: Wire = named["wire"]
        wire.pull()
        partner_now, activity_now = wire.held["res.partner"][partner], wire.held["mail.activity"][activity]
        return named | {
            "cursor": wire.cursor,
            "partner_id": partner,
            "partner_born": partner_now["born"],
            "partner_v": partner_now["v"],
            "partner_name": partner_now["values"]["name"],
            "activity_id": activity,
            "activity_born": activity_now["born"],
            "activity_v": activity_now["v"],
            "activity_deadline": activity_now["values"]["date_deadline"],
        }

    def _cursor_of_another(self) -> Named:
        other = self.device()
        other.pull()
        return self._device() | {"cursor": other.cursor}

    def _cursor_forgotten(self) -> Named:
        named = self._synced()
        for phone in ("+1 555 0101", "+1 555 0102", "+1 555 0103"):
            self.office.write("res.partner", named["partner_id"], phone=phone)
            named["wire"].pull()
        return named

    def _former_life(self) -> Named:
        named = self._synced()
        with self.sql() as cursor:
            cursor.execute("SELECT id FROM offline_device WHERE uid = %s", [named["device"]])
            [device] = cursor.fetchone()
            cursor.execute("DELETE FROM offline_position WHERE device_id = %s", [device])
            cursor.execute(
                "UPDATE offline_lane SET counter = 1 WHERE direction = 'pull' AND device_id = %s", [device]
            )
        return named | {"lock": self._until_nothing_more_is_brought()}

    @contextlib.contextmanager
    def _until_nothing_more_is_brought(self) -> Iterator[None]:
        # After a restore unseen records are waited for, and claims believed only as far as they were given; the other
        # vectors are not of such a database.
        yield
        with self.sql() as cursor:
            cursor.execute("UPDATE offline_epoch SET reason = 'first' WHERE reason = 'time_back'")

    def _synced_holding(self) -> Named:
        named = self._synced()
        held = named["wire"].held.items()
        return named | {
            "held": {entity: [[i, r["v"]] for i, r in records.items()] for entity, records in held}
        }

    def _reader_synced(self) -> Named:
        self._reader = self._reader or self.user("Reader")
        return self._synced(self._reader)

    def _contacts_pull_only(self) -> Named:
        lines = [(0, 0, {"entity": "res.partner", "direction": "pull"}), (0, 0, {"entity": "mail.activity"})]
        profile = self.office.create("offline.profile", name="Contacts to look at", entity_ids=lines)
        return self._synced(profile=profile)

    def _contact_outside(self) -> Named:
        lines = [
            (0, 0, {"entity": "res.partner", "domain": "[('city', '=', 'Liège')]"}),
            (0, 0, {"entity": "mail.activity"}),
        ]
        named = self._synced(
            profile=self.office.create("offline.profile", name="One city", entity_ids=lines), city="Liège"
        )
        outside = self.contact(city="Namur")
        name = self.office.read("res.partner", outside, "name")["name"]
        with self.sql() as cursor:
            cursor.execute("SELECT create_date FROM res_partner WHERE id = %s", [outside])
            [born] = cursor.fetchone()
        return named | {
            "partner_id": outside,
            "partner_name": name,
            "partner_born": f"{born:%Y-%m-%dT%H:%M:%S.%f}Z",
        }

    def _office_edited_phone(self) -> Named:
        named = self._synced()
        self.office.write("res.partner", named["partner_id"], phone="+1 555 0199")
        return named

    def _office_edited_city(self) -> Named:
        named = self._synced()
        self.office.write("res.partner", named["partner_id"], city="Namur")
        return named

    def _office_set_salesperson(self) -> Named:
        named = self._synced()
        person = self.office.uid
        self.office.write("res.partner", named["partner_id"], user_id=person)
        name = self.office("res.users", "read", [person], ["display_name"])[0]["display_name"]
        return named | {"salesperson_id": person, "salesperson_names": {str(person): name}}

    def _office_added_tag(self) -> Named:
        before, theirs, mine = (
            self.office.create("res.partner.category", name=f"Tag {next(self._counter)}") for _tag in range(3)
        )
        named = self._synced(category_id=[(6, 0, [before])])
        self.office.write("res.partner", named["partner_id"], category_id=[(4, theirs)])
        return named | {"tags_before": [before], "tags_mine": sorted([before, mine])}

    def _office_archived(self) -> Named:
        named = self._synced()
        self.office.write("mail.activity", named["activity_id"], active=False)
        named["wire"].pull()
        self.office.write("res.partner", named["partner_id"], active=False)
        return named | {"cursor": named["wire"].cursor}

    def _office_deleted(self) -> Named:
        named = self._synced()
        self.office("mail.activity", "unlink", [named["activity_id"]])
        named["wire"].pull()
        self.office("res.partner", "unlink", [named["partner_id"]])
        return named | {"cursor": named["wire"].cursor}

    def _office_hid_contact(self) -> Named:
        named = self._synced()
        company = self.office.create("res.company", name=f"Another company {next(self._counter)}")
        self.office.write("res.partner", named["partner_id"], company_id=company)
        return named

    def _office_reassigned_activity(self) -> Named:
        named = self._synced()
        self.office.write("mail.activity", named["activity_id"], user_id=self.office.uid)
        return named
