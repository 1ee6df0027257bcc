"""The one bridge between Odoo's recordsets and the core's plain values."""
