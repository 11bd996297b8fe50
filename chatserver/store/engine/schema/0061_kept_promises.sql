-- Two fields of the summaries follow from the log by other rules. A promise counts until the first
-- answer: a left message that became a live chat is none any more. A technician whose connection was
-- lost is not avoided, as one is who declined, handed over or did not answer.

UPDATE conversations SET state = json_set(state, '$.reply_by', NULL)
WHERE json_extract(state, '$.reply_by') IS NOT NULL
AND EXISTS (
    SELECT 1 FROM events AS answer
    WHERE answer.conversation = conversations.id AND answer.kind = 'message'
    AND json_extract(answer.author, '$.role') = 'technician'
    AND answer.seq > (
        SELECT max(seq) FROM events
        WHERE conversation = conversations.id AND kind = 'promised'
    )
);

UPDATE conversations SET state = json_set(state, '$.avoid', NULL)
WHERE json_extract(state, '$.avoid') IS NOT NULL
AND json_extract(state, '$.requeue_reason') = 'technician_left'
AND NOT EXISTS (
    SELECT 1 FROM events
    WHERE conversation = conversations.id AND kind = 'declined' AND seq > (
        SELECT max(seq) FROM events
        WHERE conversation = conversations.id AND kind = 'requeued'
    )
);
