{
    "name": "Offline Test Till",
    "summary": "A function that commits by itself; for tests only",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Odoo Offline contributors",
    "license": "LGPL-3",
    "depends": ["offline_base"],
    "data": ["security/ir.model.access.csv"],
}
