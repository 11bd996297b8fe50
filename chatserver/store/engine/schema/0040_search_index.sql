-- The index of the search once more: `whose` names the technician beside the customer, what a word
-- begins with is looked up instead of collected, and the vocabulary is read no further than asked.

DROP TABLE vocabulary;
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5(
    whose, subject, said, notes, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
);
-- A word is looked for in each segment of the index: few large ones instead of many (usually 4).
INSERT INTO words (words, rank) VALUES ('automerge', 2);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, instance);
INSERT INTO words (rowid, whose, subject, said, notes)
    SELECT s.number,
           c.customer || ' ' || coalesce(c.technician, ''),
           coalesce(json_extract(c.state, '$.subject'), ''),
           coalesce((SELECT group_concat(json_extract(fact, '$.text'), char(10)) FROM
                     (SELECT e.fact FROM events e WHERE e.conversation = c.id
                      AND e.kind = 'message' ORDER BY e.seq)), ''),
           coalesce((SELECT group_concat(json_extract(fact, '$.text'), char(10)) FROM
                     (SELECT e.fact FROM events e WHERE e.conversation = c.id
                      AND e.kind = 'note' ORDER BY e.seq)), '')
    FROM solved s JOIN conversations c ON c.id = s.conversation;
INSERT INTO words (words) VALUES ('optimize');
