/** The quotations of an opportunity that were made on this device and are not in Odoo yet: what can be done with them. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { newUid } from "@offline_base/app/engine/uid";
import { sayDone } from "@offline_base/app/ui/forms/undo";
import { Ask, Badge, Icon, Row } from "@offline_base/app/ui/kit/kit";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { attempt } from "@offline_base/app/ui/model/deeds";
import { refOf, refText } from "@offline_base/app/ui/model/entities";
import { wordsOfState } from "@offline_base/app/ui/model/pieces";
import { piecesOf, REFUSED } from "@offline_base/app/ui/model/work";
import { askedIn, quotationsIn, rangeOf, SALE } from "../model/made";
import { LEAD } from "../model/pipeline";
import { reopened } from "../quotation/around";
import { quoteFor } from "../quotation/begin";
import { Kept } from "../quotation/kept";
import { totalText } from "../quotation/telling";

function linesText({ lines = [] }) {
    return lines.length === 1 ? _t("One line") : _t("%s lines", formatNumber(lines.length));
}

/** Whether Odoo will make an order of it, as far as anybody knows. */
function isGoing({ state, isGivenUp }) {
    return state !== REFUSED && !isGivenUp;
}

/** Each with a name of its own, as `called`: those of one amount have their place besides. */
export function toldApart(quotations) {
    return quotations.map((one) => {
        const alike = quotations.filter(({ title }) => title === one.title);
        return { ...one, called: alike.length > 1 ? `${one.title} (${formatNumber(alike.indexOf(one) + 1)})` : one.title };
    });
}

export class Made extends Component {
    static template = "offline_crm.Made";
    static components = { Badge, Icon, Row };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.live = useLive(async () => ({ quotations: await this.read() }), () => [this.props.record.ref]);
    }

    async read() {
        const { device } = this.app;
        const { id, uid } = this.props.record;
        const outbox = await device.outbox();
        const ours = piecesOf(outbox).filter(({ entry }) => entry.entity === LEAD && ((uid !== null && entry.target_uid === uid) || (id !== null && entry.target_id === id)));
        const pieces = await Promise.all(ours.map(async (piece) => ({ ...piece, body: await device.wanted(piece.decision?.verb === "amend" ? piece.decision : piece.entry) })));
        const quotations = quotationsIn(pieces, outbox);
        if (!quotations.length) {
            return [];
        }
        return toldApart(
            await Promise.all(
                quotations.map(async (one) => ({
                    ...one,
                    look: wordsOfState(one.state),
                    // A name where only Odoo can say the amount.
                    title: (await totalText(device, one.args)) || String(_t("New quotation")),
                    subtitle: linesText(one.args),
                    mayConfirm: isGoing(one) && !one.isConfirmed && this.offers("confirm"),
                    maySend: isGoing(one) && !one.isMailed && this.offers("send_by_email"),
                    mayChange: this.canTakeBack(one, outbox),
                })),
            ),
        );
    }

    /** What the buttons of a quotation are called where it is not the only one on the screen. */
    labelOf(deed, { called }) {
        const named = {
            confirm: () => _t("Confirm the order: %s", called),
            send: () => _t("Send by email: %s", called),
            change: () => _t("Change: %s", called),
        };
        return this.live.quotations.length > 1 ? named[deed]() : undefined;
    }

    offers(operation) {
        return this.app.entity(SALE)?.operations.some(({ name }) => name === operation) ?? false;
    }

    /** Whether nobody else can have it yet. */
    canTakeBack(quotation, outbox) {
        const range = rangeOf(quotation, outbox);
        return range !== null && this.app.device.canWithdraw(range.from, range.to);
    }

    open({ op }) {
        this.app.router.go("operation", { op });
    }

    confirm(quotation) {
        const { amount_total } = quotation.args;
        return this.once(() =>
            this.ask(quotation, "confirm", typeof amount_total === "number" ? { amount_total } : {}, {
                title: _t("Confirm the order"),
                text: _t("The customer has agreed: %s. Odoo makes it an order with the next sync.", quotation.called),
                confirm: _t("Confirm"),
                said: _t("The order is confirmed on this device."),
            }),
        );
    }

    send(quotation) {
        return this.once(() =>
            this.ask(quotation, "send_by_email", {}, {
                title: _t("Send by email"),
                text: _t("Odoo sends it to the customer with the next sync: %s.", quotation.called),
                confirm: _t("Send"),
                said: _t("It is sent by email with the next sync."),
            }),
        );
    }

    /** One question at a time, whatever is pressed meanwhile. */
    async once(run) {
        if (this.isAsking) {
            return;
        }
        this.isAsking = true;
        try {
            await run();
        } finally {
            this.isAsking = false;
        }
    }

    /** Ask for an operation of the order that Odoo will make of it. */
    async ask({ uid, title: called }, operation, args, { said, ...question }) {
        const { device, messages } = this.app;
        // The screen may not show yet that it was asked for a moment ago.
        if ((await messages.open(Ask, question)) && !askedIn(await device.outbox(), operation).has(uid)) {
            const { seq } = await device.call(SALE, uid, operation, args, { called });
            sayDone(this.app, said, { seq });
        }
    }

    /** Take it back, with what was asked of it, and open it in the editor as it was. */
    change(quotation) {
        return this.once(async () => {
            const { device, messages } = this.app;
            const ref = refOf(this.props.record);
            const kept = new Kept(device, refText(ref));
            const lost = this.lostBy(quotation, await kept.find());
            const question = { title: _t("Change the quotation"), text: lost.join(" "), confirm: _t("Change"), danger: true };
            if (lost.length && !(await messages.open(Ask, question))) {
                return;
            }
            const quote = await reopened(this.app, refText(ref), quotation.args, new Date().toISOString());
            const range = rangeOf(quotation, await device.outbox());
            if (range === null) {
                messages.say(_t("It was sent already, so it cannot be undone here. Change it as you need it."), { kind: "warning" });
                return;
            }
            // As another one: what was signed is not what it becomes.
            const draft = () => kept.draftOf({ ...quote, uid: newUid(), signature: null });
            if (await attempt(this.app, () => device.withdraw(range.from, range.to, { draft }))) {
                quoteFor(this.app, ref);
            }
        });
    }

    /** What has to be done again when a quotation is taken back, in sentences. */
    lostBy({ isConfirmed, isMailed, args }, draft) {
        return [
            draft && _t("Another quotation was begun here and is not made yet. It is thrown away."),
            isConfirmed && _t("It is not confirmed any more: confirm it again."),
            isMailed && _t("It does not go by email any more: send it again."),
            args.signature && _t("The customer signed what it was, and has to sign again."),
        ]
            .filter(Boolean)
            .map(String);
    }
}
