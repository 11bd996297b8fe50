import { Emitter } from '../../lib/emitter.js';

/** @typedef {import('../../lib/types.js').Person} Person */

/**
 * Tells the server which conversation is viewed, and knows the viewers of each. Emits `change`
 * (conversation id).
 */
export class Viewing extends Emitter {
  /** @type {Map<string, Person[]>} */
  #viewers = new Map();
  /** @type {string|null|undefined} the last conversation told, undefined for none */
  #told;

  /** @param {import('../../lib/technician-session.js').TechnicianSession} session */
  constructor(session) {
    super();
    this.session = session;
    session.on('viewers', ({ conversation, viewers }) => {
      this.#viewers.set(conversation, viewers);
      this.emit('change', conversation);
    });
  }

  /** Forget everything, because a new connection starts without viewers. */
  forget() {
    this.#told = undefined;
    this.#viewers.clear();
  }

  /** @param {string|null} conversation the conversation that is viewed */
  view(conversation) {
    if (conversation === this.#told || this.session.connection.state !== 'online') return;
    this.#told = conversation;
    this.session.connection.signal('viewing', { conversation });
  }

  /** Return the colleagues who view a conversation. @param {string} conversation */
  viewersOf(conversation) {
    return (this.#viewers.get(conversation) ?? []).filter(({ id }) => id !== this.session.me.id);
  }
}
