"""Odoo's own tests with and without our addons: what they find must be the same."""
