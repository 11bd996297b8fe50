-- Summaries know each promise of a reply, and what answered it. Until now the first answer ended it;
-- in a case by e-mail it is the letter with that answer now.

CREATE TEMP TABLE promised_before AS
WITH made AS (
    SELECT conversation, max(seq) AS seq FROM events WHERE kind = 'promised' GROUP BY conversation
), said AS (
    SELECT conversation, seq, at, json_extract(author, '$.role') AS role,
           coalesce(json_extract(fact, '$.way'), '') AS way
    FROM events WHERE kind = 'message' AND conversation IN (SELECT conversation FROM made)
)
SELECT made.conversation, made.seq, p.at AS since, json_extract(p.fact, '$.reply_by') AS reply_by,
       coalesce((
           SELECT way FROM said WHERE said.conversation = made.conversation AND role = 'customer'
           ORDER BY said.seq DESC LIMIT 1
       ) = 'mail', 0) AS by_mail,
       coalesce((
           SELECT max(said.seq) FROM said
           WHERE said.conversation = made.conversation AND role = 'customer'
       ), 0) AS last_words,
       (
           SELECT min(said.seq) FROM said WHERE said.conversation = made.conversation
           AND role = 'technician' AND said.seq > made.seq
       ) AS answer,
       (
           SELECT min(json_extract(fact, '$.through')) FROM events AS letter
           WHERE letter.conversation = made.conversation AND kind = 'mailed'
           AND json_extract(fact, '$.through') > made.seq
       ) AS letter,
       coalesce((
           SELECT json_extract(fact, '$.through') FROM events AS letter
           WHERE letter.conversation = made.conversation AND kind = 'mailed'
           ORDER BY letter.seq DESC LIMIT 1
       ), 0) AS newest_letter,
       (
           SELECT min(said.at) FROM said WHERE said.conversation = made.conversation
           AND role = 'customer' AND said.seq > made.seq AND said.seq > coalesce((
               SELECT max(seq) FROM said AS answer
               WHERE answer.conversation = made.conversation AND answer.role = 'technician'
           ), 1 << 62)
       ) AS asked_at
FROM made JOIN events AS p ON p.conversation = made.conversation AND p.seq = made.seq;

UPDATE conversations SET state = (
    SELECT json_set(
        state,
        '$.reply_by',
        CASE WHEN kept IS NULL THEN reply_by END,
        '$.promises',
        json_array(json_object(
            'seq', seq, 'since', since, 'reply_by', reply_by,
            'half_at', since + max(0, reply_by - since) / 2,
            'late_at', since + max(0, reply_by - since) * 4 / 5,
            'level', NULL, 'renewed', json('false'),
            'said', CASE WHEN by_mail THEN answer END,
            'kept', kept,
            'by_letter', json(CASE WHEN by_mail AND kept IS NOT NULL THEN 'true' ELSE 'false' END)
        )),
        '$.is_written', json(CASE
            WHEN by_mail OR kept IS NULL OR last_words < kept THEN 'true' ELSE 'false'
        END),
        '$.by_mail', json(CASE WHEN by_mail THEN 'true' ELSE 'false' END),
        '$.asked_at', asked_at,
        '$.newest_letter', newest_letter
    )
    FROM (
        SELECT *, CASE WHEN by_mail THEN letter ELSE answer END AS kept
        FROM promised_before WHERE conversation = conversations.id
    )
)
WHERE id IN (SELECT conversation FROM promised_before);

-- Chats that the customer went on with by e-mail.
UPDATE conversations SET state = json_set(
    state, '$.by_mail', json('true'), '$.is_written', json('true')
)
WHERE id NOT IN (SELECT conversation FROM promised_before) AND 'mail' = (
    SELECT json_extract(fact, '$.way') FROM events
    WHERE conversation = conversations.id AND kind = 'message'
    AND json_extract(author, '$.role') = 'customer'
    ORDER BY seq DESC LIMIT 1
);
UPDATE conversations SET state = json_set(state, '$.newest_letter', (
    SELECT json_extract(fact, '$.through') FROM events
    WHERE conversation = conversations.id AND kind = 'mailed' ORDER BY seq DESC LIMIT 1
))
WHERE EXISTS (
    SELECT 1 FROM events WHERE conversation = conversations.id AND kind = 'mailed'
);

DROP TABLE promised_before;
