{
    "name": "Offline Test Oracle",
    "summary": "Jobs for random histories, workers that die on request, planted defects; for tests only",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Odoo Offline contributors",
    "license": "LGPL-3",
    "depends": ["offline_base", "contacts"],
    "data": ["security/ir.model.access.csv"],
}
