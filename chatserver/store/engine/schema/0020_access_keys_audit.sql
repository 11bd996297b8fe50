-- What opens something of a customer's without a password, and the book of who was given what.
-- Times are ms since 1970 UTC.

-- Share links, invitations to the archive and visits to it, as digests only.
CREATE TABLE keys (
    digest       BLOB    PRIMARY KEY,
    kind         TEXT    NOT NULL,
    customer     TEXT    NOT NULL REFERENCES customers (id),
    conversation TEXT    NOT NULL,  -- empty: all of the customer's
    valid_until  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX keys_of_customer ON keys (customer, kind);
CREATE INDEX keys_by_end ON keys (valid_until);

CREATE TABLE audit (
    number       INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    customer     TEXT    NOT NULL,
    conversation TEXT    NOT NULL,  -- empty: all of the customer's
    deed         TEXT    NOT NULL,
    how          TEXT    NOT NULL,
    role         TEXT    NOT NULL,
    doer         TEXT    NOT NULL,
    name         TEXT    NOT NULL
);
CREATE INDEX audit_of_customer ON audit (customer, number);
