"""The error catalogue: every refusal of the suite has one of these codes.

A code says what happened, for programs; ``title`` says it in a sentence and ``remedy`` what to do next, for
people. ``docs/errors.md`` is generated from here. Sentences are marked with `_` so that they enter the addon's
translation catalogue; they are translated where the reader's language is known, never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


def _(source: str) -> str:
    """Mark a sentence for translation; returns it unchanged.

    >>> _("Try again.")
    'Try again.'
    """
    return source


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue. ``status`` is the HTTP status, or None for a code that only receipts carry."""

    code: str
    status: int | None
    title: str
    remedy: str


_ENTRIES = (
    # The whole call is refused: problem documents.
    Entry("unknown_route", 404, _("There is no such address."), _("Check the path against openapi.json.")),
    Entry("method_not_allowed", 405, _("This address does not take this method."), _("Check the method against openapi.json.")),
    Entry("protocol_unsupported", 400, _("The server does not speak this version of the protocol."), _("Update the app, or ask the administrator to update the server.")),
    Entry("content_type_unsupported", 415, _("The body must be application/json, plain or gzip."), _("Send Content-Type: application/json and no Content-Encoding but gzip.")),
    Entry("body_malformed", 400, _("The body could not be read as JSON."), _("Send the body again; if it fails again, report it with the app's version.")),
    Entry("body_too_large", 413, _("The body is larger than the server accepts."), _("Send less in one call; the limit stands in the answer.")),
    Entry("envelope_invalid", 400, _("A part of the request has the wrong shape."), _("Correct the parts listed under errors.")),
    Entry("envelope_unknown_field", 400, _("The request has a field that this protocol version does not know."), _("Remove the fields listed under errors, or update the server.")),
    Entry("limit_exceeded", 413, _("The request is over a limit of the profile."), _("Send less in one call; the limit stands in the answer.")),
    Entry("token_missing", 401, _("The request carries no device token."), _("Send Authorization: Bearer with the token received at enrolment.")),
    Entry("token_invalid", 401, _("The device token is not valid."), _("Enrol this device again; its unsent work is kept.")),
    Entry("token_expired", 401, _("The device token has expired."), _("Enrol this device again; its unsent work is kept.")),
    Entry("token_rotation_due", 401, _("The office asks this device to change its token."), _("Call token, then repeat the call with the new one.")),
    Entry("device_cloned", 409, _("Another copy of this device is at work."), _("Enrol this copy as a new device; its unsent work is kept and gets new numbers.")),
    Entry("device_revoked", 403, _("This device has been revoked."), _("Ask an offline manager; unsent work stays on the device until it is told to wipe.")),
    Entry("user_inactive", 403, _("The user of this device is archived or may not use the app."), _("Ask an administrator to restore the user or the device group.")),
    Entry("proof_invalid", 403, _("The signature does not show that this is an enrolled device."), _("Enrol as a new device with a code; unsent work is kept and gets new numbers.")),
    Entry("proof_outdated", 403, _("The proof's time is not the present, or it was used before."), _("Sign again with the time of server_time.")),
    Entry("proof_needs_code", 403, _("This device may not come back by its key alone: its token has not expired, or long ago."), _("Ask an offline manager for a code; the device stays the same.")),
    Entry("app_outdated", 403, _("This version of the app is too old to receive."), _("Update the app. Unsent work can still be sent.")),
    Entry("enrolment_code_invalid", 403, _("The enrolment code is unknown, used or expired."), _("Ask an offline manager for a new code.")),
    Entry("enrolment_locked", 429, _("Too many wrong tries with this code."), _("Ask an offline manager for a new code.")),
    Entry("cursor_invalid", 400, _("The cursor was not made for this device by this server."), _("Start again with cursor null; unsent work is kept.")),
    Entry("seq_gap", 409, _("An operation number is missing before this one."), _("Send the operations from expected_seq on.")),
    Entry("seq_reused", 409, _("The number was already used by another operation."), _("Do not renumber what was sent; report it with the app's version.")),
    Entry("unit_incomplete", 409, _("The operations of a unit do not stand together in this call."), _("Send all operations of the unit in one push.")),
    Entry("dry_run_impossible", 409, _("One of the operations cannot be tried without doing it: it finishes by itself."), _("Leave it out of the dry run, or send it without dry_run.")),
    Entry("epoch_changed", 409, _("The database is in another life: it was restored, or moved, since this device's cursor."), _("Pull: the answer says from which number on to deliver again. Everything on the device is kept.")),
    Entry("copy_suspected", 503, _("This may be a copy of another database: it serves no device until a manager says which it is."), _("Ask an offline manager to decide it under Offline / Configuration; everything on the device is kept.")),
    Entry("busy", 503, _("Another call of this device is under way."), _("Try again after Retry-After.")),
    Entry("crowded", 503, _("Many devices are receiving everything at this moment; this one waits for its turn."), _("Try again after Retry-After.")),
    Entry("contention", 503, _("Others are changing the same records right now; nothing was done."), _("Try again after Retry-After.")),
    Entry("server_error", 500, _("The server failed; nothing was done."), _("Try again; if it goes on, give the administrator the time of this message.")),
    # Questions.
    Entry("question_unknown", 404, _("There is no such question, or it may not be asked of these records."), _("Sync to get the present profile and records, then ask again.")),
    Entry("question_refused", 422, _("Odoo does not answer this."), _("Do what the message says, then ask again.")),
    # Photos and documents.
    Entry("tus_unsupported", 412, _("The server does not speak this version of the upload protocol."), _("Send Tus-Resumable: 1.0.0.")),
    Entry("blob_request_invalid", 400, _("A header of the upload has the wrong shape."), _("Correct the headers listed under errors.")),
    Entry("blob_type_unsupported", 415, _("The bytes of an upload come plain, as application/offset+octet-stream."), _("Send that Content-Type and no Content-Encoding.")),
    Entry("blob_unknown", 404, _("There is no such file, or it may not be read."), _("Start the upload again, or ask the office for the file.")),
    Entry("blob_offset_wrong", 409, _("The upload stands at another place."), _("Ask with HEAD where it stands, and go on from there.")),
    Entry("blob_checksum_wrong", 460, _("The bytes changed on their way; nothing of them was kept."), _("Send the same part again.")),
    Entry("blob_hash_wrong", 460, _("The bytes are not those that their SHA-256 names; the upload was dropped."), _("Read the file again, and start its upload anew.")),
    Entry("blob_range_invalid", 416, _("The file has no such part."), _("Ask for a part inside its size.")),
    Entry("blob_no_picture", 422, _("This file cannot be shown as a small picture."), _("Ask for the file itself.")),
    # One operation is refused: receipts.
    Entry("operation_invalid", None, _("A part of the operation has the wrong shape."), _("Correct the parts listed under fields, or report it with the app's version.")),
    Entry("entity_unknown", None, _("This kind of record is not in the device's profile."), _("Ask an offline manager to add it to the profile.")),
    Entry("entity_read_only", None, _("This kind of record cannot be changed from a device."), _("Change it in Odoo, or ask an offline manager to change the profile.")),
    Entry("verb_unknown", None, _("This kind of record has no such operation."), _("Update the app.")),
    Entry("field_unknown", None, _("The field is not in the device's profile."), _("Sync to get the present profile, then save again without it.")),
    Entry("field_read_only", None, _("The field cannot be changed."), _("Remove it and save again.")),
    Entry("value_invalid", None, _("A value does not fit its field."), _("Correct the fields shown and save again.")),
    Entry("base_missing", None, _("An update must say what the person saw before it."), _("Update the app.")),
    Entry("reference_unknown", None, _("A record that this one refers to is not known to the server, or may not be read."), _("Choose another record, or sync and try again.")),
    Entry("uid_taken", None, _("The record's uid already belongs to another record."), _("Report it with the app's version.")),
    Entry("company_invalid", None, _("The user may not work in this company."), _("Choose another company, or ask an administrator.")),
    Entry("access_denied", None, _("The user may not do this."), _("Ask an administrator for the right, or discard the change.")),
    Entry("validation_failed", None, _("Odoo refused the change."), _("Correct what the message says and save again.")),
    Entry("required_missing", None, _("A required field is empty."), _("Fill the fields shown and save again.")),
    Entry("constraint_violated", None, _("The change breaks a rule of the database."), _("Correct what the message says and save again.")),
    Entry("internal_error", None, _("The server failed at this operation."), _("Ask the office to look at it: it is kept under Rejected work.")),
    Entry("depends_on_discarded", None, _("It needs a record that was given up before it existed."), _("Choose another record, or discard this as well.")),
    Entry("already_decided", None, _("Somebody has decided this already."), _("Sync: the decision stands in the outcomes.")),
    Entry("decision_invalid", None, _("This cannot be decided so."), _("Sync to see its present state, then decide again.")),
    Entry("decision_for_office", None, _("This conflict is for the office to decide."), _("Wait for the office, or discard the change.")),
    Entry("unit_given_up", None, _("It was given up together with another operation of its unit."), _("Nothing is left to do.")),
    Entry("interrupted", None, _("The server was interrupted; somebody must look whether this happened."), _("Wait for the office: it says whether it happened.")),
    Entry("superseded", None, _("The number was given up by the device."), _("Nothing is left to do.")),
)  # fmt: skip

CATALOGUE: Mapping[str, Entry] = {entry.code: entry for entry in _ENTRIES}


class Problem(Exception):
    """The whole call is refused with a catalogued code; becomes ``application/problem+json`` (RFC 9457).

    ``extra`` holds the members that the code defines besides the standard ones (``expected_seq``, ``limit``,
    ``errors``, ``wipe``, ``retry_after_s``).

    >>> Problem("seq_gap", expected_seq=42).status
    409
    """

    def __init__(self, code: str, detail: str | None = None, **extra: Any):
        super().__init__(code)
        self.entry = CATALOGUE[code]
        if self.entry.status is None:
            raise ValueError(f"{code} belongs to receipts, not to problem documents")
        self.code = code
        self.status: int = self.entry.status
        self.detail = detail
        self.extra = extra


class Refusal(Exception):
    """One operation is refused with a catalogued code; becomes a ``rejected`` receipt.

    ``fields`` names what to correct: {field name: sentence}. ``message`` is a sentence from Odoo that is more
    precise than the catalogue's title.

    >>> Refusal("field_unknown", fields={"x": "unknown"}).code
    'field_unknown'
    """

    def __init__(self, code: str, message: str | None = None, fields: Mapping[str, str] | None = None):
        super().__init__(message or code)
        self.entry = CATALOGUE[code]
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
