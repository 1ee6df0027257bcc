from . import offline_entity_test_job, offline_test_job, offline_test_oracle
