import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

/** The records that a review is about, with the fields that its inputs offer. */
export class Customer extends models.Model {
    _name = "customer";

    name = fields.Char();
    city = fields.Char();
    note = fields.Text();
    comment = fields.Html();

    _records = [{ id: 7, name: "Corner Bakery" }];
}

/** What a field's input has to know, as the server describes it. */
export const INPUTS = {
    name: { type: "char", string: "Name", required: true },
    city: { type: "char", string: "City" },
    note: { type: "text", string: "Note" },
    comment: { type: "html", string: "Comment" },
};

export function defineReviewModels(...others) {
    defineMailModels();
    defineModels([Customer, ...others]);
}

/** A form with one record of this model, where the widget under test stands with the fields that it depends on. */
export function mountWidget(resModel, widget, { resId = 1, names = [] } = {}) {
    const dependencies = names.map((name) => `<field name="${name}" invisible="1"/>`).join("");
    return mountView({
        resModel,
        resId,
        type: "form",
        arch: `<form>${dependencies}<widget name="${widget}"/></form>`,
    });
}
