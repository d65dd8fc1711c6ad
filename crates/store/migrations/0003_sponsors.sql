-- Who saw the link by which an account's password was set; NULL: nobody but its person. Applied once and never edited: a
-- change is a new file.
ALTER TABLE accounts ADD COLUMN sponsor TEXT;
