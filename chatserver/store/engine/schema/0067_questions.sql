-- Summaries of before the field `question` get it from the log: the beginning of the first message,
-- if it is the customer's. What was erased has none, and nothing is known of what was partly erased.
UPDATE conversations SET state = json_set(state, '$.question', CASE
    WHEN json_extract(state, '$.erased_at') IS NOT NULL THEN NULL
    WHEN EXISTS (
        SELECT 1 FROM events WHERE conversation = conversations.id AND kind = 'redacted'
    ) THEN ''
    ELSE (
        SELECT CASE json_extract(first.author, '$.role') WHEN 'customer' THEN substr(coalesce(
            nullif(json_extract(first.fact, '$.text'), ''),
            json_extract(first.fact, '$.attachment.name'),
            ''
        ), 1, 200) END
        FROM events AS first
        WHERE first.conversation = conversations.id AND first.kind = 'message'
        ORDER BY first.seq LIMIT 1
    )
END)
WHERE json_type(state, '$.question') IS NULL;
