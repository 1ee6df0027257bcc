-- A neutralized copy serves nobody's devices: their tokens and cursors belong to the original.
UPDATE offline_device SET state = 'revoked';
