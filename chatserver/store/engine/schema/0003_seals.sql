-- What proves the log: a salt for each event, and what was given out. Times are ms since 1970 UTC.

-- 16 random bytes under which the event is hashed; destroyed together with an erased text, of
-- which then only the leaf of the chain is left.
ALTER TABLE events ADD COLUMN salt BLOB;
ALTER TABLE events ADD COLUMN leaf BLOB;
UPDATE events SET salt = randomblob(16);

-- Up to which seq the archive on disk holds the conversation, and since when it is quiet.
ALTER TABLE conversations ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX conversations_to_seal ON conversations (status, sealed, seq);

-- Every file that was given out: what it was, so that it can be recognised, and to whom.
CREATE TABLE given_out (
    sha256       BLOB    NOT NULL,
    conversation TEXT    NOT NULL,
    format       TEXT    NOT NULL,
    receiver     TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (sha256, receiver, at)
) WITHOUT ROWID;
CREATE INDEX given_out_of_conversation ON given_out (conversation, at);
