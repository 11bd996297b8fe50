-- E-mail that comes in: the customers by the addresses that they wrote from, and the conversations
-- of which technicians' words go out by e-mail.

CREATE TABLE mail_senders (
    email    TEXT PRIMARY KEY,
    customer TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX mail_senders_by_customer ON mail_senders (customer);

-- A row goes when the conversation is closed and all its words are sent.
CREATE TABLE mail_cases (
    conversation TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TRIGGER mail_senders_gate BEFORE INSERT ON mail_senders
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'customer' AND id = NEW.customer)
    OR EXISTS (SELECT 1 FROM closing WHERE customer = NEW.customer)
    BEGIN SELECT RAISE(ABORT, 'erased customer'); END;
CREATE TRIGGER mail_cases_gate BEFORE INSERT ON mail_cases
    WHEN EXISTS (SELECT 1 FROM ledger WHERE kind = 'conversation' AND id = NEW.conversation)
    BEGIN SELECT RAISE(ABORT, 'erased conversation'); END;
