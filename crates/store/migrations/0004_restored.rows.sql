-- A restored database that waits for a person's word, as the fourth version wrote it. Put in right after its migration by
-- the tests.

INSERT INTO restored (at, source) VALUES (1700000000000000, 'evenkeel-2023-11-14.db');
