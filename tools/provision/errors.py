"""The one error that a person is meant to read."""


class ProvisionError(Exception):
    """One line that says what is wrong and what to do about it; shown without a traceback."""
