"""The version that the device reports of itself: that of the installed distribution."""

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("offline-device")
    except PackageNotFoundError:
        return "0"  # run from a folder, not installed


APP_VERSION = _installed()
