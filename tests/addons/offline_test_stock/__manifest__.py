{
    "name": "Offline Test Stock",
    "summary": "Sales on devices where Odoo counts stock; for tests only",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Odoo Offline contributors",
    "license": "LGPL-3",
    "depends": ["offline_crm", "sale_stock"],
}
