"""What can go wrong on a device, told apart by what the person can do about it.

An edit that does not fit its fields is refused by `offline_core.errors.Refusal` before it enters the outbox.
"""

from __future__ import annotations

from offline_core.wire import ProblemDocument


class DeviceError(Exception):
    """Everything that this package raises on purpose, besides `offline_core.errors.Refusal`."""


class NotEnrolled(DeviceError):
    """The home holds no device with a token: enrol it with a code first."""


class HomeBusy(DeviceError):
    """Another process uses this home; one at a time."""


class HomeUnreadable(DeviceError):
    """The store was written by a newer version, or its file is damaged; nothing was changed."""


class ModeRefused(DeviceError):
    """The profile does not offer this mode, or the mode does not allow this step."""


class AnswerInvalid(DeviceError):
    """The server answered something that the protocol does not allow; nothing of it was kept."""


class Offline(DeviceError):
    """No usable answer came from the server: try again later.

    The request may have arrived nevertheless, which is why everything sent can be sent again.
    """

    def __init__(self, reason: str, retry_after_s: int | None = None):
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class Refused(DeviceError):
    """The server refused the whole call. ``code`` stands in the error catalogue.

    ``code`` is ``http_<status>`` where no problem document came (a proxy, a wrong address).
    """

    def __init__(
        self,
        code: str,
        status: int,
        problem: ProblemDocument | None = None,
        retry_after_s: int | None = None,
    ):
        said = (
            f"{problem.title} {problem.remedy}" if problem else f"The address answered with status {status}."
        )
        super().__init__(said if not (problem and problem.detail) else f"{said} ({problem.detail})")
        self.code = code
        self.status = status
        self.problem = problem
        self.retry_after_s = retry_after_s

    @property
    def transient(self) -> bool:
        """Whether the same call can succeed later without anybody doing anything.

        >>> Refused("busy", 503).transient, Refused("device_revoked", 403).transient
        (True, False)
        """
        return self.status == 429 or (self.status >= 500 and self.status != 501)
