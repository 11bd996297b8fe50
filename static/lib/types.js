/**
 * The words of the wire contract, for the type checker; there is no code here.
 *
 * @typedef {{id: string, name: string}} Person
 * @typedef {{role: 'customer'|'technician'|'system', id: string, name: string}} Author
 * @typedef {{text: string, at: number, author: Author}} Last
 * @typedef {'waiting'|'active'|'closed'} ConversationStatus
 *
 * @typedef {object} Summary
 * @property {string} conversation
 * @property {string} reference
 * @property {ConversationStatus} status
 * @property {string|null} topic
 * @property {string|null} subject
 * @property {Person} customer
 * @property {Person|null} technician
 * @property {number} opened_at
 * @property {number|null} closed_at
 * @property {number} seq
 * @property {{customer: number, technician: number}} read
 * @property {Last|null} last
 *
 * @typedef {object} ChatEvent
 * @property {string} conversation
 * @property {number} seq
 * @property {number} prev
 * @property {number} at
 * @property {string} kind
 * @property {Author} author
 * @property {string} [text]
 * @property {Person} [technician]
 * @property {string} [topic]
 * @property {string} [reason]
 * @property {string} [by]
 * @property {number} [score]
 * @property {string} [comment]
 * @property {string} [reference]
 * @property {Person} [customer]
 *
 * @typedef {{id: string, name: string, status: string, load: number, capacity: number}} Colleague
 * @typedef {{id: string, name: string}} Topic
 * @typedef {Record<string, any> & {type: string}} Frame
 */
export {};
