/**
 * What the codes of the engine and the wire mean, in sentences: what happened, and what to do.
 *
 * Complete for the error catalogue (docs/errors.md), for what the device itself refuses and for its incidents: tests
 * compare. The server's own words about one operation are better where there are any, as it knows the record.
 */
import { _t } from "@web/core/l10n/translation";

const REPORT = () => _t("Send again; if it goes on, report it to your administrator with the version of the app.");
const NEXT_SYNC = () => _t("Nothing to do: the next sync continues by itself.");
const ENROL = () => _t("Use a new enrolment code; your unsent work is kept.");
const ASK_MANAGER = () => _t("Ask the people who look after the devices at your office. Your work is kept on this device.");
const CHANGE = () => _t("Change what the message speaks of and send again, or discard it.");
const CORRECT = () => _t("Correct what is marked and send again.");

/** A call is refused as a whole, or no answer came. */
const CALLS = {
    offline: () => [_t("The office could not be reached."), _t("Your work is kept and sent as soon as there is a connection.")],
    answerinvalid: () => [_t("The office answered something that the app does not understand."), _t("Try again. If it goes on, update the app or report it to your administrator.")],
    unknown_route: () => [_t("The office does not know this address."), _t("Update the app, or ask your administrator whether Odoo Offline is installed.")],
    method_not_allowed: () => [_t("The office does not take this kind of call."), _t("Update the app, or ask your administrator to update the server.")],
    protocol_unsupported: () => [_t("The app and the server do not speak the same version."), _t("Update the app, or ask your administrator to update the server.")],
    content_type_unsupported: () => [_t("The call did not arrive as it was sent."), _t("A proxy may stand in between: ask your administrator.")],
    body_malformed: () => [_t("The call arrived damaged."), REPORT()],
    body_too_large: () => [_t("The call was larger than the office takes."), REPORT()],
    envelope_invalid: () => [_t("The office does not understand a part of the call."), REPORT()],
    envelope_unknown_field: () => [_t("The server is older than the app."), _t("Ask your administrator to update the server.")],
    limit_exceeded: () => [_t("The call was over a limit of your profile."), REPORT()],
    token_missing: () => [_t("This device did not say who it is."), ENROL()],
    token_invalid: () => [_t("The office does not know this device any more."), ENROL()],
    token_expired: () => [_t("This device was away for too long and has to be let in again."), ENROL()],
    token_rotation_due: () => [_t("The office asks this device to change its key."), NEXT_SYNC()],
    device_cloned: () => [_t("Another copy of this device is at work."), _t("Use a new enrolment code, so that this copy becomes a device of its own; your unsent work is kept.")],
    device_revoked: () => [_t("The office has stopped this device."), ASK_MANAGER()],
    user_inactive: () => [_t("Your user may not use the app at present."), _t("Ask your administrator. Your work is kept on this device.")],
    proof_invalid: () => [_t("The office does not recognize the key of this device."), ENROL()],
    proof_outdated: () => [_t("The clock of this device is too far from the office's."), _t("Set the time of this device to automatic, then sync again.")],
    proof_needs_code: () => [_t("This device may not come back without a code."), _t("Ask your office for an enrolment code; the device stays the same.")],
    app_outdated: () => [_t("This version of the app is too old to receive."), _t("Update the app. Unsent work can still be sent.")],
    enrolment_code_invalid: () => [_t("The enrolment code is unknown, used or expired."), _t("Ask your office for a new code.")],
    enrolment_locked: () => [_t("There were too many wrong tries with this code."), _t("Ask your office for a new code.")],
    cursor_invalid: () => [_t("The office does not know where this device stopped receiving."), _t("Nothing to do: the next sync receives everything again. Unsent work is kept.")],
    seq_gap: () => [_t("The office misses earlier work of this device."), _t("Nothing to do: the next sync sends it again.")],
    seq_reused: () => [_t("The office has other work under a number of this device."), _t("This may be a copy of another device: ask for a new enrolment code. Unsent work is kept.")],
    unit_incomplete: () => [_t("Work that belongs together did not arrive together."), REPORT()],
    dry_run_impossible: () => [_t("This work cannot be tried without doing it."), _t("Send it, or leave it out.")],
    epoch_changed: () => [_t("The office's database was restored or moved."), _t("Nothing to do: the next sync sends again what the office may lack. Everything on this device is kept.")],
    copy_suspected: () => [_t("The office's database may be a copy, and serves no device until somebody says which it is."), ASK_MANAGER()],
    busy: () => [_t("Another sync of this device is under way."), NEXT_SYNC()],
    crowded: () => [_t("Many devices are syncing at this moment; this one waits for its turn."), NEXT_SYNC()],
    contention: () => [_t("Others are changing the same records right now; nothing was done."), NEXT_SYNC()],
    server_error: () => [_t("The server failed; nothing was done."), _t("The app tries again by itself. If it goes on, tell your administrator the time of this message.")],
    question_unknown: () => [_t("The office does not answer this question, or not of this record."), _t("Sync, then try again.")],
    question_refused: () => [_t("Odoo does not answer this."), _t("Ask your office.")],
    tus_unsupported: () => [_t("The app and the server send files in different ways."), _t("Update the app, or ask your administrator to update the server.")],
    blob_request_invalid: () => [_t("The office does not understand how a file was sent."), REPORT()],
    blob_type_unsupported: () => [_t("A file did not arrive as it was sent."), _t("A proxy may stand in between: ask your administrator.")],
    blob_unknown: () => [_t("The office does not have this file, or you may not read it."), _t("Ask your office for the file.")],
    blob_offset_wrong: () => [_t("A file stopped at another place than the app thought."), NEXT_SYNC()],
    blob_checksum_wrong: () => [_t("A part of a file changed on its way."), _t("Nothing to do: the next sync sends that part again.")],
    blob_hash_wrong: () => [_t("A file changed on its way."), _t("Nothing to do: the next sync sends it again.")],
    blob_range_invalid: () => [_t("The file has no such part."), NEXT_SYNC()],
    blob_no_picture: () => [_t("This file cannot be shown as a small picture."), _t("Open the file itself.")],
};

/** One operation is refused. */
const RECEIPTS = {
    operation_invalid: () => [_t("A part of this work cannot be understood."), CORRECT()],
    entity_unknown: () => [_t("Your profile does not have this kind of records any more."), _t("Ask your office to add it to the profile, then send again. Or discard the change.")],
    entity_read_only: () => [_t("This kind of records cannot be changed from a device."), _t("Change it in Odoo, then discard it here.")],
    verb_unknown: () => [_t("Odoo does not know how to do this with the record."), _t("Update the app, then send again.")],
    field_unknown: () => [_t("A field is not in your profile any more."), _t("Sync, then send again: the field is left out.")],
    field_read_only: () => [_t("A field cannot be changed."), _t("Leave that field as it was and send again.")],
    value_invalid: () => [_t("A value does not fit its field."), CORRECT()],
    base_missing: () => [_t("It is not known what you saw before."), _t("Update the app, then send again.")],
    reference_unknown: () => [_t("A record that is named here is not in Odoo, or you may not see it."), _t("Choose another record, or sync and send again.")],
    uid_taken: () => [_t("The record has the mark of another one."), REPORT()],
    company_invalid: () => [_t("You may not work in this company."), _t("Ask your administrator, or discard the change.")],
    access_denied: () => [_t("You may not do this in Odoo."), _t("Ask your administrator for the right and send again, or discard the change.")],
    validation_failed: () => [_t("Odoo refused this."), CHANGE()],
    required_missing: () => [_t("A required field is empty."), _t("Fill in what is marked and send again.")],
    constraint_violated: () => [_t("This breaks a rule of your database."), CHANGE()],
    internal_error: () => [_t("The server failed at this piece of work."), _t("The office finds it under Rejected Work. You can send again later.")],
    depends_on_discarded: () => [_t("It needs a record that was given up before it existed."), _t("Choose another record, or discard this as well.")],
    already_decided: () => [_t("Somebody has decided this already."), NEXT_SYNC()],
    decision_invalid: () => [_t("It cannot be decided like this any more: it has changed meanwhile."), _t("Sync to see how it stands now, then decide again.")],
    decision_for_office: () => [_t("The office decides this."), _t("Wait for the office, or discard your change.")],
    unit_given_up: () => [_t("It was given up together with other work that belongs to it."), _t("Nothing is left to do.")],
    interrupted: () => [_t("The server was interrupted; somebody looks whether this happened."), _t("Wait for the office: it says whether it happened.")],
    superseded: () => [_t("The number was given up by this device."), _t("Nothing is left to do.")],
};

/** What the device itself says, by the name of its error. */
const ERRORS = {
    homebusy: () => [_t("The app is open in another tab or window."), _t("Go on there, or close it.")],
    homeclosed: () => [_t("The browser has closed what the app stores."), _t("Try again: you see what is still there. If the site was cleared, enrol again.")],
    homefull: () => [_t("This device has no room left: nothing of this was kept."), _t("Free some room, sync, or lower the room for files in the settings.")],
    homeunreadable: () => [_t("What is stored here cannot be opened."), _t("Update the app. If it goes on, ask your administrator before you clear anything.")],
    homelocked: () => [_t("The app is locked."), _t("Enter your PIN.")],
    pinwrong: () => [_t("The PIN is wrong."), _t("Try again. After several wrong tries you have to wait a little.")],
    moderefused: () => [_t("Your profile does not allow this mode."), _t("Choose another mode.")],
    notenrolled: () => [_t("This device does not belong to an office yet."), _t("Use an enrolment code, or your Odoo session.")],
    filelost: () => [_t("The browser lost a file."), _t("Take the picture or choose the file again.")],
};

/** What should not have happened, and was put right or is told to those who look after the device. */
const INCIDENTS = {
    numbers_unknown: () => _t("The office had more work of this device than the device itself."),
    receipt_unknown: () => _t("An answer came for work that this device does not have."),
    number_lost: () => _t("A piece of work was lost on this device; the office was told."),
    seq_gap: () => _t("The office missed earlier work, which was sent again."),
    file_lost: () => _t("The browser lost a file before it was sent."),
    blob_refused: () => _t("The office did not take a file."),
    cursor_invalid: () => _t("The office did not know where this device had stopped, and sent everything again."),
    epoch_changed: () => _t("The office's database was restored or moved; nothing of this device was lost."),
    reset: () => _t("The office asked this device to receive everything again; nothing of its work was lost."),
    verify_differs: () => _t("A comparison found differences; what differed was received again."),
    row_rotten: () => _t("A record was damaged on this device and received again."),
    digest_mismatch: () => _t("Records differed from the office's and were received again."),
    token_not_rotated: () => _t("The key of this device could not be changed; the present one is still good."),
    files_not_sealed: () => _t("Files could not be handed over when the device was wiped."),
    wipe_not_confirmed: () => _t("The office could not be told that this device was wiped."),
    escrow_refused: () => _t("The office did not take the sealed work; it is kept on this device."),
};

/** All codes that there are words for, for tests. */
export const KNOWN = { calls: CALLS, receipts: RECEIPTS, errors: ERRORS, incidents: INCIDENTS };

/** What a code means and what to do, as `{what, todo}`. @param {string} code */
export function wordsOf(code) {
    const found = CALLS[code] ?? RECEIPTS[code] ?? ERRORS[code];
    if (found) {
        const [what, todo] = found();
        return { what: String(what), todo: String(todo) };
    }
    const status = /^http_(\d+)$/.exec(code)?.[1];
    return {
        what: status
            ? _t("The address answered with status %s, as no Odoo does.", status)
            : _t("Something went wrong: %s", code),
        todo: status
            ? _t("A sign-in page of the network or a proxy may stand in between. Try another network.")
            : String(REPORT()),
    };
}

/** What an error means to a person: `{what, todo}`. @param {Error & {code?: string, fields?: Record<string, string>}} error */
export function wordsOfError(error) {
    const code = error.code ?? error.name?.toLowerCase() ?? "";
    const words = wordsOf(code);
    return CALLS[code] || RECEIPTS[code] || ERRORS[code] ? words : { ...words, what: error.message || words.what };
}

/** What an incident of the device was. */
export function wordsOfIncident(kind) {
    return String(INCIDENTS[kind]?.() ?? _t("Something unusual happened: %s", kind));
}

/** Why a parked piece of work waits, `{what, todo}`: the server's own words where it gave some. @param {object} receipt @param {string} verb */
export function wordsOfReceipt({ code, message, conflict, status }, verb) {
    if (conflict) {
        return wordsOfConflict(conflict, verb);
    }
    if (status === "unknown") {
        return wordsOf("interrupted");
    }
    const { what, todo } = code ? wordsOf(code) : { what: "", todo: "" };
    return { what: message || what, todo };
}

function wordsOfConflict({ kind, decider }, verb) {
    const here = decider === "device";
    const isGone = here && ["deleted", "scope"].includes(kind);
    const whats = {
        fields: _t("Somebody else changed the same fields meanwhile."),
        expect: verb === "create" ? _t("Odoo has a record like this one already.") : _t("The record is no longer as you saw it."),
        deleted: _t("Somebody else deleted this record meanwhile. Your work can still be read at the office."),
        scope: _t("This record is no longer yours to see. Your work can still be read at the office."),
    };
    return {
        what: String(whats[kind] ?? whats.fields),
        todo: String(
            isGone ? _t("Discard your change, or leave it for the office to read.") : here ? _t("Decide what counts.") : _t("The office decides. You can discard your change if it is not needed any more."),
        ),
    };
}

/** The modes of a profile: `{label, text}`. */
export function wordsOfMode(mode) {
    const modes = {
        automatic: () => [_t("Automatic"), _t("Works with or without network, and syncs by itself whenever it can.")],
        always_online: () => [_t("Always online"), _t("Every change goes to the office at once; without network nothing can be changed.")],
        always_offline: () => [_t("Always offline"), _t("Syncs only when you press Sync now.")],
    };
    const [label, text] = modes[mode]();
    return { label: String(label), text: String(text) };
}
