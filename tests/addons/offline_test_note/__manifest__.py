{
    "name": "Offline Test Note",
    "summary": "The example of docs/writing-an-adapter.md; for tests only",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Odoo Offline contributors",
    "license": "LGPL-3",
    "depends": ["offline_base"],
    "data": [
        "security/ir.model.access.csv",
        "data/offline_profile_data.xml",
    ],
    "assets": {"offline_base.assets_app": ["offline_test_note/static/src/app/**/*"]},
}
