"""Development tools of Odoo Offline. Standard library only: they run before any virtualenv exists."""
