from . import (
    test_adapter,
    test_capture,
    test_decisions,
    test_pull,
    test_push,
    test_security,
)
