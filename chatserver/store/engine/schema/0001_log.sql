-- The log and everything that is read from it. Times are ms since 1970 UTC.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- The truth. The primary key is the only lock there is: a second writer of a seq is refused.
CREATE TABLE events (
    conversation TEXT    NOT NULL,
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    internal     INTEGER NOT NULL,
    prev         INTEGER NOT NULL,
    author       TEXT    NOT NULL,  -- JSON
    fact         TEXT    NOT NULL,  -- JSON
    PRIMARY KEY (conversation, seq)
) WITHOUT ROWID;

-- A repeated request finds its first answer here. Request ids are whatever clients chose, so
-- they are kept as JSON strings, in which no character means anything to SQLite.
CREATE TABLE requests (
    author  TEXT NOT NULL,
    request TEXT NOT NULL,
    answer  TEXT NOT NULL,  -- JSON
    PRIMARY KEY (author, request)
) WITHOUT ROWID;

-- Read model: the state that a conversation's events lead to.
CREATE TABLE conversations (
    id              TEXT    PRIMARY KEY,
    reference       TEXT    NOT NULL UNIQUE,
    customer        TEXT    NOT NULL,
    technician      TEXT,
    status          TEXT    NOT NULL,
    opened_at       INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    state           TEXT    NOT NULL,  -- JSON
    read_customer   INTEGER NOT NULL DEFAULT 0,
    read_technician INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX conversations_of_customer ON conversations (customer, opened_at);
CREATE INDEX conversations_open ON conversations (opened_at) WHERE status <> 'closed';

CREATE TABLE customers (
    id      TEXT PRIMARY KEY,
    subject TEXT UNIQUE,
    name    TEXT NOT NULL,
    email   TEXT,
    locale  TEXT
) WITHOUT ROWID;
CREATE TABLE customer_tokens (
    digest   BLOB PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customers (id)
) WITHOUT ROWID;

CREATE TABLE technicians (
    id       TEXT    PRIMARY KEY,
    login    TEXT    NOT NULL UNIQUE,
    name     TEXT    NOT NULL,
    rank     TEXT    NOT NULL,
    status   TEXT    NOT NULL,
    capacity INTEGER NOT NULL,
    topics   TEXT    NOT NULL,
    password TEXT
) WITHOUT ROWID;
CREATE TABLE topics (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL
) WITHOUT ROWID;

-- Sign-in links, browser sessions and API tokens, as digests only; valid_until 0 is for ever.
CREATE TABLE secrets (
    kind        TEXT    NOT NULL,
    digest      BLOB    NOT NULL,
    technician  TEXT    NOT NULL REFERENCES technicians (id),
    valid_until INTEGER NOT NULL,
    PRIMARY KEY (kind, digest)
) WITHOUT ROWID;
