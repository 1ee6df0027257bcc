/** Notes and files: they are shown with the record that they are about. */
import { _t } from "@web/core/l10n/translation";
import { htmlToText } from "../model/texts";
import { entities } from "../registries";

entities.add("mail.message", {
    icon: "comment-o",
    label: _t("Note"),
    plural: _t("Notes"),
    title: ({ subject, body }) => subject || htmlToText(body ?? "").split("\n")[0] || _t("Note"),
    sections: [{ label: "", fields: ["subject", "body", "author_id", "date", "res_id"] }],
    labels: { res_id: _t("About") },
    verbs: ["create"],
    isHome: false,
});

entities.add("ir.attachment", {
    icon: "paperclip",
    label: _t("File"),
    plural: _t("Files"),
    sections: [{ label: "", fields: ["name", "raw", "description", "res_id", "create_date"] }],
    labels: { raw: _t("File"), res_id: _t("About") },
    verbs: ["create", "delete"],
    isHome: false,
});
