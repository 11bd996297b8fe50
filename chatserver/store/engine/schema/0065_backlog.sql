-- The request that a message answers, and its digest, as in `requests`. Committing a message writes
-- its event and nothing else; its row in `requests` is made from these columns a little later.
ALTER TABLE events ADD COLUMN request TEXT;
ALTER TABLE events ADD COLUMN digest INTEGER;
