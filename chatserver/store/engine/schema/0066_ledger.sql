-- What was erased, withdrawn, dismissed or revoked, without a word: only ids, digests and times (ms
-- since 1970 UTC). A file beside the database has the same lines, so that no backup brings it back.
--
-- The ledger is also the gate: the triggers below refuse every row about an erased conversation or
-- customer, whichever part of the program writes it, in the transaction that would store it. The
-- log needs none, as an erasure is its last event: `seq` refuses another one.

CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,  -- dense from 1, the line in the file
    kind   TEXT    NOT NULL,
    id     TEXT    NOT NULL,
    at     INTEGER NOT NULL
);
CREATE UNIQUE INDEX ledger_once ON ledger (kind, id) WHERE kind NOT IN ('dismissed', 'hired');
CREATE INDEX ledger_by_id ON ledger (kind, id);

-- Customers whose erasure has begun and is not complete.
CREATE TABLE closing (
    customer TEXT    PRIMARY KEY,
    at       INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO ledger (kind, id, at)
    SELECT 'conversation', id, json_extract(state, '$.erased_at') FROM conversations
    WHERE json_extract(state, '$.erased_at') IS NOT NULL ORDER BY 3, 2;
INSERT INTO ledger (kind, id, at)
    SELECT 'customer', customer, max(json_extract(state, '$.erased_at')) FROM conversations
    WHERE customer NOT IN (SELECT id FROM customers) GROUP BY customer
    HAVING count(*) = count(json_extract(state, '$.erased_at')) ORDER BY 3, 2;
INSERT INTO ledger (kind, id, at)
    SELECT 'dismissed', id, 0 FROM technicians WHERE gone ORDER BY id;

-- A conversation on hold is not erased, whoever looked for the hold too early.
CREATE TRIGGER held_is_not_erased BEFORE INSERT ON ledger
    WHEN NEW.kind = 'conversation' AND EXISTS (SELECT 1 FROM holds WHERE conversation = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'held conversation'); END;

CREATE TRIGGER drafts_gate BEFORE INSERT ON drafts
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.conversation)
    BEGIN SELECT RAISE(ABORT, 'erased conversation'); END;
CREATE TRIGGER files_gate BEFORE INSERT ON files
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.conversation)
    BEGIN SELECT RAISE(ABORT, 'erased conversation'); END;
CREATE TRIGGER labels_gate BEFORE INSERT ON labels
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.conversation)
    BEGIN SELECT RAISE(ABORT, 'erased conversation'); END;
CREATE TRIGGER holds_gate BEFORE INSERT ON holds
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.conversation)
    OR EXISTS (SELECT 1 FROM closing JOIN conversations USING (customer)
               WHERE conversations.id = NEW.conversation)
    BEGIN SELECT RAISE(ABORT, 'erased conversation'); END;
CREATE TRIGGER letters_gate BEFORE INSERT ON letters
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.conversation)
    OR EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id = NEW.customer)
    OR EXISTS (SELECT 1 FROM closing WHERE customer = NEW.customer)
    BEGIN SELECT RAISE(ABORT, 'erased conversation'); END;
CREATE TRIGGER keys_gate BEFORE INSERT ON keys
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.conversation)
    OR EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id = NEW.customer)
    OR EXISTS (SELECT 1 FROM closing WHERE customer = NEW.customer)
    BEGIN SELECT RAISE(ABORT, 'erased conversation'); END;
CREATE TRIGGER conversations_gate BEFORE INSERT ON conversations
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.id)
    OR EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id = NEW.customer)
    OR EXISTS (SELECT 1 FROM closing WHERE customer = NEW.customer)
    BEGIN SELECT RAISE(ABORT, 'erased customer'); END;
CREATE TRIGGER customers_gate BEFORE INSERT ON customers
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id = NEW.id)
    OR EXISTS (SELECT 1 FROM closing WHERE customer = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'erased customer'); END;
CREATE TRIGGER customer_tokens_gate BEFORE INSERT ON customer_tokens
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id = NEW.customer)
    OR EXISTS (SELECT 1 FROM closing WHERE customer = NEW.customer)
    BEGIN SELECT RAISE(ABORT, 'erased customer'); END;
CREATE TRIGGER visits_gate BEFORE INSERT ON visits
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id = NEW.customer)
    OR EXISTS (SELECT 1 FROM closing WHERE customer = NEW.customer)
    BEGIN SELECT RAISE(ABORT, 'erased customer'); END;
CREATE TRIGGER addresses_gate BEFORE INSERT ON addresses
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id = NEW.customer)
    OR EXISTS (SELECT 1 FROM closing WHERE customer = NEW.customer)
    BEGIN SELECT RAISE(ABORT, 'erased customer'); END;
CREATE TRIGGER confirmations_gate BEFORE INSERT ON confirmations
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id = NEW.customer)
    OR EXISTS (SELECT 1 FROM closing WHERE customer = NEW.customer)
    BEGIN SELECT RAISE(ABORT, 'erased customer'); END;

-- A file that was made before the erasure is recognised no more; one made after it is.
CREATE TRIGGER given_out_gate BEFORE INSERT ON given_out
    WHEN EXISTS (SELECT 1 FROM ledger
                 WHERE kind = 'conversation' AND id = NEW.conversation AND at >= NEW.at)
    BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER solved_gate BEFORE INSERT ON solved
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.conversation)
    BEGIN SELECT RAISE(IGNORE); END;

-- What is done with an erased conversation is noted, without the customer's name.
CREATE TRIGGER audit_gate AFTER INSERT ON audit
    WHEN (NEW.role = 'customer' AND EXISTS (
        SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.conversation))
    OR EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id IN (NEW.customer, NEW.doer))
    OR EXISTS (SELECT 1 FROM closing WHERE customer IN (NEW.customer, NEW.doer))
    BEGIN
        UPDATE audit SET name = CASE role WHEN 'customer' THEN '' ELSE name END, how = ''
        WHERE number = NEW.number;
    END;
