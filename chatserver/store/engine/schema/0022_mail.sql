-- Mail to customers: addresses that they confirmed, and letters on their way.
-- Times are ms since 1970 UTC.

-- The one address of each customer that letters go to.
CREATE TABLE addresses (
    customer     TEXT    PRIMARY KEY,
    email        TEXT    NOT NULL,
    confirmed_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Codes that were sent, as digests, until they are told or tried too often.
CREATE TABLE confirmations (
    customer    TEXT    PRIMARY KEY,
    email       TEXT    NOT NULL,
    digest      BLOB    NOT NULL,
    attempts    INTEGER NOT NULL,  -- that are left
    valid_until INTEGER NOT NULL
) WITHOUT ROWID;

-- The outbox. A letter's id is its Message-ID: whoever gets it twice can tell.
CREATE TABLE letters (
    id           TEXT    PRIMARY KEY,
    customer     TEXT    NOT NULL,
    email        TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    format       TEXT    NOT NULL,
    locale       TEXT    NOT NULL,
    timezone     TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    ended        TEXT              -- NULL while it is to be sent, then what became of it
) WITHOUT ROWID;
CREATE INDEX letters_to_send ON letters (due_at) WHERE ended IS NULL;
CREATE INDEX letters_to ON letters (email, at);
CREATE INDEX letters_by ON letters (customer, at);
