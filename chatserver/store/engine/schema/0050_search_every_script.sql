-- The index of the search once more, in every script. `unicode61` cut Hindi and Thai words at their
-- vowel signs, so that one syllable found everything: marks belong to words now, and accents are
-- folded as before. `indexable` composes letters and cuts scripts that are written without spaces.
-- `names` has the reference, and the customer's name and address, for technicians.
-- The long words are kept once more in pieces of three letters: a part of a compound finds the whole.

DROP TABLE vocabulary;
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5(
    whose, subject, said, notes, names,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'", prefix = '1 2 3'
);
INSERT INTO words (words, rank) VALUES ('automerge', 2);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, instance);
CREATE TABLE long_words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE word_parts USING fts5(
    word, content = 'long_words', content_rowid = 'id', tokenize = "trigram case_sensitive 1"
);
INSERT INTO words (rowid, whose, subject, said, notes, names)
    SELECT s.number,
           c.customer || ' ' || coalesce(c.technician, ''),
           indexable(coalesce(json_extract(c.state, '$.subject'), '')),
           indexable(coalesce((SELECT group_concat(json_extract(fact, '$.text'), char(10)) FROM
                     (SELECT e.fact FROM events e WHERE e.conversation = c.id
                      AND e.kind = 'message' ORDER BY e.seq)), '')),
           indexable(coalesce((SELECT group_concat(json_extract(fact, '$.text'), char(10)) FROM
                     (SELECT e.fact FROM events e WHERE e.conversation = c.id
                      AND e.kind = 'note' ORDER BY e.seq)), '')),
           indexable(c.reference || ' ' || replace(c.reference, '-', '') || ' ' ||
                     coalesce(p.name, '') || ' ' || coalesce(p.email, ''))
    FROM solved s JOIN conversations c ON c.id = s.conversation
    LEFT JOIN customers p ON p.id = c.customer;
INSERT INTO words (words) VALUES ('optimize');
CREATE VIRTUAL TABLE temp.every_word USING fts5vocab(main, words, row);
INSERT INTO long_words (word) SELECT term FROM temp.every_word WHERE is_long_word(term);
DROP TABLE temp.every_word;
INSERT INTO word_parts (word_parts) VALUES ('rebuild');
