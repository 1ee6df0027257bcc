-- A neutralized copy serves nobody's devices: their tokens and cursors belong to the original.
UPDATE offline_device SET state = 'revoked' WHERE state = 'active';
-- Codes that were issued in the original open nothing here.
UPDATE offline_enrolment SET expires_at = now() AT TIME ZONE 'UTC' - interval '1 minute';
