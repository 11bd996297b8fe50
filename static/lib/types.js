/**
 * The types of the wire protocol and of this library, for the type checker. There is no code here,
 * and no browser loads it. Moments are ms since 1970 UTC.
 *
 * @typedef {{id: string, name: string}} Person
 * @typedef {{role: 'customer'|'technician'|'system', id: string, name: string}} Author
 * @typedef {{text: string, at: number, author: Author}} Last
 * @typedef {'waiting'|'active'|'closed'} ConversationStatus
 *
 * @typedef {{name: string, type: string, size: number}} FileFacts
 * @typedef {FileFacts & {width?: number|null, height?: number|null}} Attachment
 *
 * @typedef {object} Summary
 * @property {string} conversation
 * @property {string} reference
 * @property {ConversationStatus} status
 * @property {string|null} topic
 * @property {string|null} subject
 * @property {string|null} [product]
 * @property {Person} customer
 * @property {Person|null} technician
 * @property {number} opened_at
 * @property {number|null} closed_at
 * @property {number|null} reply_by
 * @property {boolean} [by_mail] the customer wrote by e-mail last, and a letter answers them
 * @property {number|null} [half_at] when a half of the promise's working time is used; told to technicians
 * @property {'late'|'broken'|null} [escalated] told to technicians
 * @property {number|null} [place_until] until when the place in the queue is reserved
 * @property {number} seq
 * @property {{customer: number, technician: number}} read
 * @property {Last|null} last
 * @property {string|null} [question] the beginning of the customer's first message
 * @property {string|null} [requeued] the reason why it waits again
 * @property {number} [priority] the customer's own; told to technicians
 * @property {string|null} [way] `mail` for a case that began by e-mail
 * @property {number[]} [doubted] the seqs of the letters that are to be sorted; told to technicians
 *
 * @typedef {object} Why
 * @property {string} ground
 * @property {number} waited
 * @property {{technician: Person, verdict: string, load: number, capacity: number, written?: number}[]} candidates
 * @property {string[]} [widened]
 * @property {string[]} [held]
 * @property {number} [unnamed]
 *
 * @typedef {{id: string|null, sender: string, subject?: string|null,
 *   trust: 'checked'|'unchecked'|'failed'|'technician'}} MailOrigin
 *
 * @typedef {object} ChatEvent
 * @property {string} conversation
 * @property {number} seq
 * @property {number} prev
 * @property {number} at
 * @property {string} kind
 * @property {Author} author
 * @property {string} [text]
 * @property {string} [file] the id of a file
 * @property {Attachment} [attachment]
 * @property {number} [reply_by]
 * @property {number} [half_at]
 * @property {number} [instead_of] the promise that was not kept
 * @property {'late'|'broken'} [level]
 * @property {number} [first] the first event whose text was erased
 * @property {number} [through] the last one
 * @property {Person} [technician]
 * @property {string} [topic]
 * @property {number} [closes_at]
 * @property {number} [until]
 * @property {Why} [why]
 * @property {string} [reason]
 * @property {string} [by]
 * @property {number} [score]
 * @property {string} [comment]
 * @property {string} [reference]
 * @property {Person} [customer]
 * @property {string} [way] `mail` for what came by e-mail
 * @property {any} [mail] of a message the MailOrigin that it came by, of a letter its Message-ID
 * @property {string|null} [subject]
 * @property {string} [doubt] the reason not to take a letter as the customer's
 * @property {string} [source] the file with all of a letter
 * @property {string} [diagnostic] what a mail server said
 * @property {string} [quoted] the end of an e-mail that repeats what was said before
 * @property {string} [to] the address that an e-mail was sent to
 * @property {string} [sender] the address that an e-mail came from
 * @property {string} [status] the code of a failed delivery
 *
 * @typedef {{id: string, name: string, status: string, load: number, capacity: number,
 *   topics?: string[]}} Colleague
 * @typedef {{id: string, name: string}} Topic
 * @typedef {Record<string, any> & {type: string}} Frame
 */

/** The transport that carries the frames of a session. @typedef {'websocket'|'stream'} Transport */

/**
 * The environment of a connection, which tests replace.
 *
 * @typedef {object} World
 * @property {(url: string, transport: Transport) => Socket} open
 * @property {(run: () => void, ms: number) => any} after
 * @property {(timer: any) => void} forget
 * @property {() => number} random
 * @property {() => number} clock in ms
 */

/**
 * The part of the WebSocket interface that is used.
 *
 * @typedef {object} Socket
 * @property {(data: string) => void} send
 * @property {(code?: number) => void} close
 * @property {((event: any) => void)|null} onopen
 * @property {((event: any) => void)|null} onmessage
 * @property {((event: any) => void)|null} onclose
 */

/**
 * A request that is not answered yet.
 *
 * @typedef {{frame: string, answer: Promise<Frame>, done: (frame: Frame) => void,
 *   fail: (error: Error) => void}} Asked
 */

/**
 * A message that is not known to be stored. `note` marks one that only technicians may read;
 * `failed` is the reason of a refusal, a sentence or a key of the shared words. One with a `file`
 * has `progress` (0 to 1) during the upload, and then its id as `upload`; one that is `unmasked` is
 * sent as it was written.
 *
 * @typedef {{id: string, conversation: string, text: string, at: number, note?: boolean, unmasked?: boolean,
 *   failed?: string, file?: FileFacts, progress?: number, upload?: string}} OutgoingMessage
 */

/**
 * A request for a conversation that is not known to be open.
 *
 * @typedef {{id: string, fields: Record<string, unknown>}} Opening
 */

/**
 * The part of the Storage interface that is used.
 *
 * @typedef {{getItem(key: string): string|null, setItem(key: string, value: string): void,
 *   removeItem(key: string): void}} Storage
 */

/**
 * A source of the content of files. `limit` is the size limit in bytes, 0 for none; `fetch` rejects
 * with an Error whose message is a key of the shared words.
 *
 * @typedef {{limit: number,
 *   fetch: (file: string, what: 'preview'|'whole') => Promise<Blob>}} FileSource
 */

/**
 * The content of a message list.
 *
 * @typedef {object} View
 * @property {ChatEvent[]} events
 * @property {OutgoingMessage[]} outgoing not stored yet
 * @property {'customer'|'technician'} side the side of the reader
 * @property {number} readBy the seq up to which the other side has read
 * @property {number} [seen] the seq up to which this side has read; newer events are marked
 * @property {string|null} typing the name of the participant who is typing
 * @property {boolean} hasEarlier
 * @property {FileSource} [files] without it, files are listed and cannot be opened
 * @property {import('./i18n.js').Words} words
 * @property {Topic[]} [topics] the site's topics; others are told by their ids
 * @property {(why: Why) => HTMLElement} [explain] renders the reasons of the pairing, for technicians
 * @property {(event: ChatEvent) => HTMLElement|undefined} [details] renders what technicians see below
 *   an event
 */

export {};
