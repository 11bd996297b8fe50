-- Fields of the state that queries ask for are columns of their own, so that no query reads JSON.
ALTER TABLE conversations ADD COLUMN topic TEXT;
ALTER TABLE conversations ADD COLUMN touched_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN closed_at INTEGER;
ALTER TABLE conversations ADD COLUMN erased_at INTEGER;
ALTER TABLE conversations ADD COLUMN helpers TEXT NOT NULL DEFAULT '[]';  -- JSON

UPDATE conversations SET
    topic = json_extract(state, '$.topic'),
    touched_at = coalesce(json_extract(state, '$.touched_at'), 0),
    closed_at = json_extract(state, '$.closed_at'),
    erased_at = json_extract(state, '$.erased_at'),
    helpers = coalesce(json_extract(state, '$.helpers'), '[]');

DROP INDEX conversations_to_seal;
CREATE INDEX conversations_to_seal ON conversations (touched_at, id)
    WHERE status = 'closed' AND sealed < seq;
DROP INDEX conversations_to_erase;
CREATE INDEX conversations_to_erase ON conversations (closed_at, id)
    WHERE status = 'closed' AND erased_at IS NULL;
