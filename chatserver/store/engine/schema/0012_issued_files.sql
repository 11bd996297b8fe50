-- The key's columns come first: SQLite 3.40 takes the others for NULL when it checks a table
-- without row ids that has them in another order.
CREATE TABLE given_out_in_order (
    sha256       BLOB    NOT NULL,
    receiver     TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    conversation TEXT    NOT NULL,
    format       TEXT    NOT NULL,
    PRIMARY KEY (sha256, receiver, at)
) WITHOUT ROWID;
INSERT INTO given_out_in_order (sha256, receiver, at, conversation, format)
    SELECT sha256, receiver, at, conversation, format FROM given_out;
DROP TABLE given_out;
ALTER TABLE given_out_in_order RENAME TO given_out;
CREATE INDEX given_out_of_conversation ON given_out (conversation, at);
