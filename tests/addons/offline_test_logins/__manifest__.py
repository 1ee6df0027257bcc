{
    "name": "Cheap passwords for test servers",
    "summary": "Loaded by servers of tests, installed nowhere: hashes passwords with one round",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Odoo Offline contributors",
    "category": "Hidden",
    "depends": ["base"],
    "installable": False,
}
