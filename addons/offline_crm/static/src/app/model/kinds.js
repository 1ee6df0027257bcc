/** Tabs of unsynchronized data that several kinds of work share. */
import { _t } from "@web/core/l10n/translation";

const every = () => true;

export const ORDERS = { name: "orders", label: _t("Orders"), of: every };
export const VISITS = { name: "visits", label: _t("Visits"), of: every };
