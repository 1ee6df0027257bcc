from . import (
    test_adapter,
    test_capture,
    test_decisions,
    test_pull,
    test_push_deferral,
    test_push_merge,
    test_push_numbers,
    test_push_rejections,
    test_push_verbs,
    test_routes,
    test_security,
    test_translations,
)
