-- What the pages show beside the words: files, who the customer is, what is half written,
-- what the administrator chose, and the search over what is closed. Times are ms since 1970 UTC.

-- An upload; its bytes lie in files/ under its id. `message` events name it by the same id.
CREATE TABLE files (
    id           TEXT    PRIMARY KEY,
    conversation TEXT    NOT NULL,
    owner        TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    type         TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    sha256       BLOB    NOT NULL,
    width        INTEGER,
    height       INTEGER,
    at           INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX files_of_conversation ON files (conversation, at);

-- What a customer's browser said when it last came: page, device, time zone, attributes.
CREATE TABLE visits (
    customer TEXT    PRIMARY KEY,
    at       INTEGER NOT NULL,
    context  TEXT    NOT NULL  -- JSON
) WITHOUT ROWID;

-- What a technician has begun to write, shared between their devices.
CREATE TABLE drafts (
    technician   TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (technician, conversation)
) WITHOUT ROWID;

-- What the administrator chose, part by part: widget, hours, targets, replies.
CREATE TABLE site (
    part    TEXT PRIMARY KEY,
    content TEXT NOT NULL  -- JSON
) WITHOUT ROWID;

-- Read model: the words of closed conversations. `number` is the row in `words`.
CREATE TABLE solved (
    number       INTEGER PRIMARY KEY,
    conversation TEXT    NOT NULL UNIQUE
);
CREATE VIRTUAL TABLE words USING fts5(
    whose, subject, said, notes, tokenize = "unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
INSERT INTO solved (conversation) SELECT id FROM conversations WHERE status = 'closed';
INSERT INTO words (rowid, whose, subject, said, notes)
    SELECT s.number,
           c.customer,
           coalesce(json_extract(c.state, '$.subject'), ''),
           coalesce((SELECT group_concat(json_extract(e.fact, '$.text'), char(10)) FROM events e
                     WHERE e.conversation = c.id AND e.kind = 'message'), ''),
           coalesce((SELECT group_concat(json_extract(e.fact, '$.text'), char(10)) FROM events e
                     WHERE e.conversation = c.id AND e.kind = 'note'), '')
    FROM solved s JOIN conversations c ON c.id = s.conversation;

ALTER TABLE technicians ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;

-- Lists of thousands, page by page.
CREATE INDEX conversations_of_technician ON conversations (technician, status, opened_at);
CREATE INDEX conversations_by_status ON conversations (status, opened_at);
