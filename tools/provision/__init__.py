"""From a fresh checkout to a running Odoo 19: programs, databases and servers, all under `.offline/`."""
