"""The device app: the page that a browser installs and opens without network."""

from __future__ import annotations

from odoo.http import Controller, request, route


class OfflineApp(Controller):
    """The page of the device app."""

    @route(["/offline/app"], type="http", auth="public", methods=["GET"], sitemap=False, save_session=False)
    def page(self):
        """The page; all that it shows is made by its bundle."""
        return request.render("offline_base.offline_app_page", {"database": request.db})
