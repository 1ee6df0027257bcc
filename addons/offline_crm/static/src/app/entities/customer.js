/** What a salesperson sees of a contact besides, and the names of the tabs of unsynchronized data. */
import { _t } from "@web/core/l10n/translation";
import { entities } from "@offline_base/app/ui/registries";
import "@offline_base/app/ui/entities/activity";
import "@offline_base/app/ui/entities/event";
import "@offline_base/app/ui/entities/partner";
import { CHECK_IN } from "../model/check_in";
import { Customer, CustomerNumbers } from "../parts/customer";

/** Say more about an entity that is described elsewhere. */
function extend(name, more) {
    const said = entities.get(name);
    entities.add(name, { ...said, ...more(said) }, { force: true });
}

const every = () => true;

extend("res.partner", ({ quick = [], panels = [], operations = {}, alike = [] }) => ({
    // The addon's rule compares by these, and leaves out the people of one company.
    alike: [...alike, "email", "phone", "parent_id"],
    quick: [...quick, CustomerNumbers],
    panels: [...panels, Customer],
    operations: { ...operations, check_in: CHECK_IN },
}));
extend("mail.activity", () => ({ kinds: [{ name: "tasks", label: _t("Tasks"), of: every }] }));
extend("calendar.event", () => ({ kinds: [{ name: "events", label: _t("Events"), of: every }] }));
