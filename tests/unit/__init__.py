"""The pure core and the reference device, without Odoo, network or clock."""
