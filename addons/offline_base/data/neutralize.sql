-- A neutralized database is a copy: it lives its own life and serves nobody's devices. Their tokens and cursors
-- belong to the original. The same can be said on the screen or by RPC (offline.epoch.declare_copy).
UPDATE offline_epoch SET ended_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE ended_at IS NULL;
INSERT INTO offline_epoch (uid, reason, started_at, home, snapshot)
SELECT gen_random_uuid()::text, 'copy', clock_timestamp() AT TIME ZONE 'UTC',
       c.system_identifier || '/' || d.oid || '/' || d.datname, pg_current_snapshot()::text
  FROM pg_control_system() c, pg_database d WHERE d.datname = current_database();
UPDATE ir_config_parameter SET value = encode(sha256(gen_random_uuid()::text::bytea || gen_random_uuid()::text::bytea), 'hex') WHERE key = 'offline_base.secret';
UPDATE offline_device SET state = 'revoked' WHERE state = 'active';
DELETE FROM offline_position;
DELETE FROM offline_fence;
DELETE FROM offline_change;
-- Codes that were issued in the original open nothing here.
UPDATE offline_enrolment SET expires_at = now() AT TIME ZONE 'UTC' - interval '1 minute';
