-- What customers say of their own conversations, and where they have put them away.
-- Times are ms since 1970 UTC.

CREATE TABLE labels (
    conversation TEXT    PRIMARY KEY,
    title        TEXT    NOT NULL,
    tags         TEXT    NOT NULL,  -- JSON
    words        TEXT    NOT NULL,  -- title and tags as they are looked for: in small letters
    archived_at  INTEGER
) WITHOUT ROWID;
