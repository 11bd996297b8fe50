-- A digest of what was asked for under the id: another request under it is refused. The requests
-- of former versions have none, and are taken for repetitions.
ALTER TABLE requests ADD COLUMN digest INTEGER;
