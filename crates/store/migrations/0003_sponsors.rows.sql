-- Somebody whose password was set by a link that another person saw, as the third version wrote it. Put in right after its
-- migration by the tests.

UPDATE accounts SET sponsor = 'lead';
