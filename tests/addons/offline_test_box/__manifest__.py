{
    "name": "Offline Test Box",
    "summary": "An entity that is read from all over the database; for tests of dependencies only",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Odoo Offline contributors",
    "license": "LGPL-3",
    "depends": ["offline_base"],
    "data": ["security/ir.model.access.csv"],
}
