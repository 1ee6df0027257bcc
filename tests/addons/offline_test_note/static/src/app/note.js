/** Notes in the device app: what people see of them, and a screen of their own. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Card, Empty, Row, Screen } from "@offline_base/app/ui/kit/kit";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { destinations, entities, screens } from "@offline_base/app/ui/registries";

const NOTE = "offline.test.note";

entities.add(NOTE, {
    icon: "sticky-note-o",
    plural: _t("Notes"),
    subtitle: ({ body }) => body ?? "",
    sections: [{ fields: ["name", "body"] }],
    hidden: ["user_id"],
    operations: { finish: { icon: "check", main: true } },
});

/** The notes that have no text yet. */
export class EmptyNotes extends Component {
    static template = "offline_test_note.EmptyNotes";
    static components = { Card, Empty, Row, Screen };
    static props = {};

    setup() {
        this.app = useApp();
        this.live = useLive(async () => ({ notes: await this.app.device.search(NOTE, "", { body: null }) }));
    }

    write({ ref }) {
        this.app.router.go("form", { entity: NOTE, ref, field: "body" });
    }
}

screens.add("empty_notes", { path: "/empty-notes", component: EmptyNotes });
destinations.add("empty_notes", { label: _t("To write"), icon: "pencil", screen: "empty_notes" }, { sequence: 40 });
