from . import offline_entity_test_box, offline_test_box
