from datetime import UTC, timedelta
from xml.etree import ElementTree

from odoo import api, fields, models
from odoo.addons.offline_base.store import retention
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from . import moments

#: What a device says when duty begins; all else is the engine's.
_SAID = frozenset({"device_at", "has_consented"})
_GPX = "http://www.topografix.com/GPX/1/1"


class OfflineTrail(models.Model):
    """One time on duty of a person with a device: from when to when, and where they were meanwhile.

    Positions are personal data: there is no trail without consent, nor where the profile allows none, and its
    positions are deleted after the days that the profile says. That somebody was on duty stays.
    """

    _name = "offline.trail"
    _inherit = "offline.kept"
    _description = "Offline Trail"
    _order = "started_at desc, id desc"
    # Its name is not stored.
    _rec_names_search = ["user_id"]

    name = fields.Char(compute="_compute_name")
    user_id = fields.Many2one("res.users", "Person", required=True, readonly=True, index=True)
    device_id = fields.Many2one(
        "offline.device", "Origin Device", readonly=True, index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one("res.company", readonly=True, default=lambda self: self.env.company)
    started_at = fields.Datetime("Started at", required=True, readonly=True, help="By the office's clock.")
    ended_at = fields.Datetime("Ended at", readonly=True, help="By the office's clock; empty while on duty.")
    device_at = fields.Datetime("Started at (Device)", readonly=True, help="By the clock of the device.")
    device_ended_at = fields.Datetime("Ended at (Device)", readonly=True, help="By the clock of the device.")
    has_consented = fields.Boolean("With Consent", readonly=True)
    forget_on = fields.Date("Positions Kept Until", readonly=True, index="btree_not_null")
    is_anonymised = fields.Boolean("Positions Forgotten", readonly=True)
    position_ids = fields.One2many("offline.trail.position", "trail_id", "Positions", readonly=True)
    position_count = fields.Integer("Number of Positions", readonly=True, aggregator="sum")
    gpx_url = fields.Char("Download", compute="_compute_gpx_url")

    def _has_field_access(self, field, operation):
        return field.name in _SAID or super()._has_field_access(field, operation)

    @api.depends("user_id", "started_at")
    @api.depends_context("lang", "tz")
    def _compute_name(self):
        for trail in self:
            since = format_datetime(self.env, trail.started_at, dt_format="short")
            trail.name = ", ".join(filter(None, (trail.user_id.display_name, since)))

    @api.depends("position_count", "is_anonymised")
    def _compute_gpx_url(self):
        for trail in self:
            there = trail.position_count and not trail.is_anonymised
            trail.gpx_url = f"/offline_crm/trail/{trail.id}.gpx" if there else False

    @api.autovacuum
    def _gc_positions(self):
        """Forget where people were, once the days of the profile are over; that they were on duty stays."""
        self.search([("forget_on", "<", fields.Date.today()), ("is_anonymised", "=", False)])._forget()
        self._forget_sent()

    def _forget(self):
        self.position_ids.unlink()
        self.write({"forget_on": False, "is_anonymised": True})

    @api.model
    def _forget_sent(self):
        """The same positions stand in what devices sent; what nobody decided about yet is forgotten when they have."""
        work, now = self.env["offline.operation"], fields.Datetime.now()
        sent = Domain([("entity", "=", self._name), ("is_open", "=", False), ("payload", "!=", False)])
        forgotten = self.search([("is_anonymised", "=", True)])
        due = work.search(sent & Domain("res_id", "in", forgotten.ids))
        # Of trails that never came to be.
        for operation in work.search(sent & Domain("res_id", "=", False)):
            days = operation.device_id.profile_id.visit_position_days
            if operation.received_at < now - timedelta(days=days):
                due |= operation
        self.env.flush_all()
        retention.forget(self.env.cr, due.ids)
        self.env.invalidate_all(flush=False)

    @api.model
    def _begin(self, device, said):
        """Begin a time on duty of a device; one of it that has no end, as its app was erased, ends where it stopped.

        Its own end, and positions, may still come: they had to wait.
        """
        for left in self.search([("device_id", "=", device.id), ("ended_at", "=", False)]):
            left.ended_at = left.position_ids[-1:].at or left.started_at
        at = moments.worked_at(self.env)
        days = device.profile_id.visit_position_days
        return self.create(
            {
                "user_id": device.user_id.id,
                "device_id": device.id,
                "started_at": at,
                "device_at": said.get("device_at") or at,
                "has_consented": True,
                "forget_on": at.date() + timedelta(days=days),
            }
        )

    def _add(self, positions):
        """Keep positions that the device took on duty; all of them, or the refusal of all."""
        self.ensure_one()
        if self.is_anonymised:
            return  # those before are forgotten, and these with them
        # Times of one clock are compared: the office's is reckoned anew with every call.
        taken = [moments.by_the_device(position.at) for position in positions]
        if taken != sorted(taken):
            raise UserError(
                self.env._("These positions are not in the order of their times. Discard them: duty goes on.")
            )
        if taken[0] < self.device_at:
            raise UserError(
                self.env._("A position is from before you went on duty. Discard them: duty goes on without.")
            )
        if self.device_ended_at and taken[-1] > self.device_ended_at:
            raise UserError(
                self.env._(
                    "This time on duty has ended already. Discard these positions, and go on duty again."
                )
            )
        begun, now = self.started_at, moments.worked_at(self.env)
        # An app that did not know that they are work already would send them in another one.
        known = {
            (one.device_at, one.latitude, one.longitude)
            for one in self.position_ids.search([("trail_id", "=", self.id), ("device_at", ">=", taken[0])])
        }
        added = self.position_ids.create(
            [
                {
                    "trail_id": self.id,
                    "at": min(max(begun, moments.by_the_office(self.env, position.at)), max(begun, now)),
                    "device_at": moment,
                    "latitude": position.latitude,
                    "longitude": position.longitude,
                    "accuracy_m": position.accuracy_m,
                }
                for position, moment in zip(positions, taken, strict=True)
                if (moment, round(position.latitude, 7), round(position.longitude, 7)) not in known
            ]
        )
        self.position_count += len(added)
        if self.ended_at and not self.device_ended_at:
            self.ended_at = max([self.ended_at, *added.mapped("at")])

    def _end(self, instant):
        """End the duty at a moment of the device's clock; a second time changes nothing."""
        self.ensure_one()
        if self.device_ended_at:
            return
        moment = moments.by_the_device(instant)
        last = self.position_ids[-1:]
        if moment < (last.device_at or self.device_at):
            raise UserError(
                self.env._("Duty cannot end before it began, or before its last position. Correct the time.")
            )
        begun, now = last.at or self.started_at, moments.worked_at(self.env)
        at = min(max(begun, moments.by_the_office(self.env, instant)), max(begun, now))
        self.write({"ended_at": at, "device_ended_at": moment})

    def _gpx(self):
        """The trail as GPX 1.1, UTF-8."""
        self.ensure_one()
        ElementTree.register_namespace("", _GPX)
        root = ElementTree.Element(f"{{{_GPX}}}gpx", version="1.1", creator="Odoo Offline")
        track = ElementTree.SubElement(root, f"{{{_GPX}}}trk")
        ElementTree.SubElement(track, f"{{{_GPX}}}name").text = self.name
        segment = ElementTree.SubElement(track, f"{{{_GPX}}}trkseg")
        for position in self.position_ids:
            place = {"lat": f"{position.latitude:.7f}", "lon": f"{position.longitude:.7f}"}
            point = ElementTree.SubElement(segment, f"{{{_GPX}}}trkpt", place)
            time = ElementTree.SubElement(point, f"{{{_GPX}}}time")
            time.text = position.at.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
