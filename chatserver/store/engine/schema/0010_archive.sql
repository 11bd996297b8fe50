-- What is closed and not sealed as it is now, by when it was touched last (ms since 1970 UTC).
DROP INDEX conversations_to_seal;
CREATE INDEX conversations_to_seal ON conversations (json_extract(state, '$.touched_at'), id)
    WHERE status = 'closed' AND sealed < seq;
