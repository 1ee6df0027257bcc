from . import (
    test_duplicates,
    test_lead_contact,
    test_lead_merge,
    test_lead_pipeline,
    test_lead_scope,
    test_order_changes,
    test_prices,
    test_quote,
    test_reading,
    test_signature,
    test_visit,
)
