-- A copy of this database lives its own life: cursors of the original mean nothing in it.
UPDATE ir_config_parameter SET value = gen_random_uuid()::text WHERE key = 'offline_base.epoch';
UPDATE ir_config_parameter SET value = encode(sha256(gen_random_uuid()::text::bytea || gen_random_uuid()::text::bytea), 'hex') WHERE key = 'offline_base.secret';
UPDATE offline_device SET state = 'revoked' WHERE state = 'active';
