from . import (
    test_adapter,
    test_capture,
    test_pull,
    test_push,
)
