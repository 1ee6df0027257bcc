/** What reasons of prices are called. */
import { _t } from "@web/core/l10n/translation";

/** Why only the office can tell an amount. */
export function reasonText(reason) {
    return {
        customer_unknown: _t("The customer is not on this device."),
        product_unknown: _t("The product is not on this device."),
        unit_unknown: _t("The unit of the product is not on this device."),
        tax_unknown: _t("A tax of the product is not on this device."),
        cost_unknown: _t("The price builds on a cost that you may not see."),
        price_list_unknown: _t("A price list is not on this device."),
        fiscal_position_unknown: _t("The fiscal position of the customer is not on this device."),
        delivery_unknown: _t("This device cannot tell which address of the customer the taxes go by."),
        combo: _t("Combos are priced in the office."),
        tax_kind_unknown: _t("A tax is reckoned by a formula that only the office has."),
    }[reason] ?? _t("Only the office can tell.");
}

/** Why the office is asked whether a code or a reward counts: the device only cannot tell. */
const ASKED = ["code_unknown", "promotion_points", "promotion_limited", "promotion_condition"];

/** Whether the office is the one to say it, so that it is sent all the same. */
export function isForTheOffice(reason) {
    return ASKED.includes(reason);
}

/** Why a code or a reward does not count. */
export function refusalText(reason) {
    return {
        code_unknown: _t("This device does not know the code. It is sent, and the office tells whether it counts."),
        promotion_incompatible: _t("A better discount is on it already."),
        promotion_missing: _t("The quotation does not have what this code asks for."),
        promotion_applied: _t("It is on the quotation already."),
        nothing_to_discount: _t("There is nothing that it could be taken from."),
        reward_not_earned: _t("The quotation has not earned this."),
        reward_unknown: _t("This promotion is not on this device any more."),
        reward_product_unknown: _t("The product that was chosen is not given any more."),
    }[reason] ?? _t("Only the office can tell whether this counts. It is sent.");
}
