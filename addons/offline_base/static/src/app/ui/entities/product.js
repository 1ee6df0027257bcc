/** Products, their variants, categories and units. */
import { _t } from "@web/core/l10n/translation";
import { formatNumber } from "../model/format";
import { entities } from "../registries";

entities.add("product.template", {
    icon: "cube",
    label: _t("Product"),
    plural: _t("Products"),
    subtitle: ({ default_code, list_price }, { categ_id = "" } = {}) =>
        [default_code, categ_id, list_price !== null && list_price !== undefined ? formatNumber(list_price, 2) : null].filter(Boolean).join(" · "),
    named: ["categ_id"],
    widgets: { list_price: "monetary" },
    sections: [
        { label: "", fields: ["name", "default_code", "list_price", "uom_id", "categ_id", "type"] },
        { label: _t("More"), fields: ["description_sale", "weight", "volume", "sale_ok", "purchase_ok"] },
    ],
    related: [{ entity: "product.product", field: "product_tmpl_id" }],
    isHome: true,
    isScanned: true,
    sorts: [
        { name: "name", label: _t("By name"), of: ({ name }) => name },
        { name: "code", label: _t("By code"), of: ({ default_code }) => default_code },
        { name: "price", label: _t("By price"), of: ({ list_price }) => list_price },
    ],
});

entities.add("product.product", {
    icon: "barcode",
    label: _t("Product variant"),
    plural: _t("Product variants"),
    title: ({ default_code, barcode }, { product_tmpl_id = "" } = {}) => product_tmpl_id || default_code || barcode || _t("Product variant"),
    subtitle: ({ default_code, barcode }) => [default_code, barcode].filter(Boolean).join(" · "),
    named: ["product_tmpl_id"],
    isScanned: true,
    isHome: false,
});

entities.add("product.category", { icon: "folder-open-o", title: ({ complete_name, name }) => complete_name || name || "" });
entities.add("uom.uom", { icon: "balance-scale" });
