/**
 * The words of the wire contract and of this library, for the type checker; there is no code here,
 * and no browser loads it.
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
 * @property {number|null} [place_until] until when the place is kept of who may have left the page
 * @property {number} seq
 * @property {{customer: number, technician: number}} read
 * @property {Last|null} last
 * @property {string|null} [requeued] why it waits again
 * @property {number} [priority] the customer's own; told to technicians
 *
 * @typedef {object} Why
 * @property {string} ground
 * @property {number} waited
 * @property {{technician: Person, verdict: string, load: number, capacity: number}[]} candidates
 * @property {string[]} [widened]
 * @property {number} [unnamed]
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
 * @property {number} [first] of the events whose words were removed
 * @property {number} [through] the last of them
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
 *
 * @typedef {{id: string, name: string, status: string, load: number, capacity: number,
 *   topics?: string[]}} Colleague
 * @typedef {{id: string, name: string}} Topic
 * @typedef {Record<string, any> & {type: string}} Frame
 */

/**
 * What carries a session's frames.
 *
 * @typedef {'websocket'|'stream'} Transport
 */

/**
 * What a connection needs of its surroundings, so that a test can play them.
 *
 * @typedef {object} World
 * @property {(url: string, transport: Transport) => Socket} open
 * @property {(run: () => void, ms: number) => any} after
 * @property {(timer: any) => void} forget
 * @property {() => number} random
 * @property {() => number} clock ms
 */

/**
 * The part of a WebSocket that is used.
 *
 * @typedef {object} Socket
 * @property {(data: string) => void} send
 * @property {(code?: number) => void} close
 * @property {((event: any) => void)|null} onopen
 * @property {((event: any) => void)|null} onmessage
 * @property {((event: any) => void)|null} onclose
 */

/**
 * A request without an answer.
 *
 * @typedef {{frame: string, answer: Promise<Frame>, done: (frame: Frame) => void,
 *   fail: (error: Error) => void}} Asked
 */

/**
 * A message that was written and is not known to be stored. `note` marks what only technicians
 * may read; `failed` is why it was refused, a sentence or a key of the shared words. One with a
 * `file` has `progress` (0 to 1) while it is uploaded, and then its id as `upload`; in one that is
 * `unmasked` nothing is to be hidden.
 *
 * @typedef {{id: string, conversation: string, text: string, at: number, note?: boolean, unmasked?: boolean,
 *   failed?: string, file?: FileFacts, progress?: number, upload?: string}} Draft
 */

/**
 * A conversation that was asked for and is not known to exist.
 *
 * @typedef {{id: string, fields: Record<string, unknown>}} Opening
 */

/**
 * The part of localStorage that is used.
 *
 * @typedef {{getItem(key: string): string|null, setItem(key: string, value: string): void,
 *   removeItem(key: string): void}} Storage
 */

/**
 * Where the content of files comes from. `limit` is the bytes that one may have, 0 for any;
 * `fetch` rejects with an Error whose message is a key of the shared words.
 *
 * @typedef {{limit: number,
 *   fetch: (file: string, what: 'preview'|'whole') => Promise<Blob>}} FileSource
 */

/**
 * What the list shows.
 *
 * @typedef {object} View
 * @property {ChatEvent[]} events
 * @property {Draft[]} drafts what is on its way
 * @property {'customer'|'technician'} side whose screen this is
 * @property {number} readBy up to which seq the other side has read
 * @property {number} [seen] up to which seq this side has; what is newer is marked
 * @property {string|null} typing the name of who is typing
 * @property {boolean} hasEarlier
 * @property {FileSource} [files] without one, files are named and cannot be opened
 * @property {import('./i18n.js').Words} words
 * @property {(why: Why) => HTMLElement} [explain] why the desk chose somebody, for technicians
 */

export {};
