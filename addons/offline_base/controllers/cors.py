"""Browser apps of other origins: what a browser asks before it lets them call, and what lets them read answers."""

from __future__ import annotations

import psycopg2

_ASKED = (
    "Authorization, Content-Type, Content-Encoding, X-Offline-Protocol, X-Odoo-Database, X-HTTP-Method-Override, "
    "Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Checksum, Upload-Concat, Upload-Defer-Length"
)
_SHOWN = (
    "Retry-After, WWW-Authenticate, Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, "
    "Tus-Checksum-Algorithm, Upload-Offset, Upload-Length, Upload-Expires"
)
_MAX_AGE_S = 7200


def is_preflight(httprequest) -> bool:
    """Whether a browser asks for permission; it sends no token with that."""
    return httprequest.method == "OPTIONS" and "Access-Control-Request-Method" in httprequest.headers


def headers(request) -> dict[str, str]:
    """What lets the calling page read the answer; nothing when its origin is in no profile that concerns it.

    Where the device is known its profile decides, else any profile: before a call nobody has said who they are.
    """
    origin = request.httprequest.headers.get("Origin")
    if not origin or not _is_allowed(request, origin):
        return {}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": _SHOWN, "Vary": "Origin"}


def preflight_headers(request, methods) -> dict[str, str]:
    """The permission itself."""
    allowed = headers(request)
    if not allowed:
        return {}
    return allowed | {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": _ASKED,
        "Access-Control-Max-Age": str(_MAX_AGE_S),
    }


def _is_allowed(request, origin: str) -> bool:
    # sudo: which origins are named is no secret to whoever comes from one.
    env = request.env(user=1, su=True)
    device_id = getattr(request, "offline_device_id", None)
    try:
        profiles = (
            env["offline.device"].browse(device_id).profile_id
            if device_id
            else env["offline.profile"].search([("allowed_origins", "!=", False)])
        )
        return any(origin in (profile.allowed_origins or "").split() for profile in profiles)
    except psycopg2.Error:
        # The transaction failed before: its error is what has to be told, and a page may not read it.
        return False
