{
    "name": "Offline CRM",
    "summary": "Leads, opportunities and their meetings on devices that work without network",
    "version": "19.0.1.2.0",
    "category": "Productivity/Offline",
    "author": "Odoo Offline contributors",
    "license": "LGPL-3",
    "depends": [
        "offline_base",
        "crm",
        "sale_management",
        "sale_crm",
        "sale_loyalty",
        "calendar",
        "contacts",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/offline_crm_rules.xml",
        "data/offline_profile_data.xml",
        "views/offline_operation_views.xml",
        "views/offline_price_variance_views.xml",
        "views/offline_signature_views.xml",
        "views/offline_visit_views.xml",
        "views/offline_origin_views.xml",
        "views/offline_trail_views.xml",
        "views/offline_profile_views.xml",
    ],
    "demo": ["demo/offline_crm_demo.xml", "demo/offline_crm_day_demo.xml"],
    "assets": {
        "offline_base.assets_app": [
            # Taxes are reckoned by Odoo's own program, and numbers rounded by it.
            "web/static/src/core/l10n/localization.js",
            "web/static/src/core/utils/numbers.js",
            "account/static/src/helpers/account_tax.js",
            "offline_crm/static/src/app/**/*",
        ],
    },
}
