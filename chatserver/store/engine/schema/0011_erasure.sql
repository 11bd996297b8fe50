-- What must not be erased, what has been erased, and what is left to do about it.
-- Times are ms since 1970 UTC.

CREATE TABLE holds (
    conversation TEXT    PRIMARY KEY,
    reason       TEXT    NOT NULL,
    at           INTEGER NOT NULL
) WITHOUT ROWID;

-- Conversations whose words are gone from the log, but whose files are not gone from the disk yet.
CREATE TABLE erasing (
    conversation TEXT    PRIMARY KEY
) WITHOUT ROWID;

CREATE INDEX conversations_to_erase ON conversations (json_extract(state, '$.closed_at'), id)
    WHERE status = 'closed' AND json_extract(state, '$.erased_at') IS NULL;
