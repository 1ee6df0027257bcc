{
    "name": "Offline CRM",
    "summary": "Leads, opportunities and their meetings on devices that work without network",
    "version": "19.0.1.0.0",
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
        "data/offline_profile_data.xml",
        "views/offline_operation_views.xml",
    ],
    "demo": ["demo/offline_crm_demo.xml"],
}
