from . import offline_entity_test_note, offline_test_note
