import { expect, test } from "@odoo/hoot";
import { fields, models, mountView } from "@web/../tests/web_test_helpers";
import { defineReviewModels } from "./review_helpers";

class Line extends models.Model {
    _name = "line";

    model = fields.Char();
    days = fields.Char();
    domain = fields.Char();

    _records = [
        { id: 1, model: "customer", domain: "[('city', '=', 'Namur')]" },
        { id: 2, model: "customer", days: "Start: 30 days back", domain: "[('city', '=', 'Namur')]" },
        { id: 3, model: "customer", days: "All that the user may read", domain: "[]" },
        { id: 4, model: "customer", domain: "[('city', '=', user.city)]" },
        { id: 5, model: "customer", domain: "not a domain" },
        { id: 6, model: false, domain: "[('city', '=', 'Namur')]" },
    ];
}

defineReviewModels(Line);

test("a domain is a sentence in lists, with what else narrows the records before it", async () => {
    await mountView({
        resModel: "line",
        type: "list",
        arch: `<list>
            <field name="model" column_invisible="1"/>
            <field name="days" column_invisible="1"/>
            <field name="domain" widget="offline_domain_text" options="{'model': 'model', 'before': 'days'}"/>
        </list>`,
    });
    expect(".o_offline_domain").toHaveCount(6);
    const texts = [...document.querySelectorAll(".o_offline_domain")].map((span) => span.textContent);
    expect(texts[0]).toBe("City = Namur");
    expect(texts[1]).toBe("Start: 30 days back; City = Namur");
    expect(texts[2]).toBe("All that the user may read");
    expect(texts[3]).toBe("City = user.city");
    expect(texts[4]).toBe("not a domain");
    expect(texts[5]).toBe("");
});
