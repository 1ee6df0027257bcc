"""A trail as a file for maps and navigation programs."""

from werkzeug.exceptions import NotFound

from odoo.http import Controller, content_disposition, request, route


class OfflineTrail(Controller):
    """The download of a trail, for whoever may read it."""

    @route("/offline_crm/trail/<int:trail_id>.gpx", type="http", auth="user", methods=["GET"], readonly=True)
    def gpx(self, trail_id):
        """The trail as GPX 1.1; one that may not be read looks like one that there is not."""
        trail = request.env["offline.trail"].search([("id", "=", trail_id)])
        if not trail:
            raise NotFound
        file = f"{trail.user_id.name} {trail.started_at:%Y-%m-%d %H%M}.gpx"
        headers = [
            ("Content-Type", "application/gpx+xml"),
            ("Content-Disposition", content_disposition(file)),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(trail._gpx(), headers)
