from . import offline_entity_test_till, offline_test_till
