import { Emitter } from '../../lib/emitter.js';

/** @typedef {import('../../lib/types.js').Person} Person */

/**
 * Who looks at which conversation: oneself, as the server is told, and the colleagues, as it
 * tells. Emits `change` (conversation id).
 */
export class Viewing extends Emitter {
  /** @type {Map<string, Person[]>} */
  #viewers = new Map();
  /** @type {string|null|undefined} what the server was told, undefined for nothing */
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

  /** A new connection knows nothing of what one looks at. */
  forget() {
    this.#told = undefined;
    this.#viewers.clear();
  }

  /** @param {string|null} conversation what one looks at now */
  at(conversation) {
    if (conversation === this.#told || this.session.connection.state !== 'online') return;
    this.#told = conversation;
    this.session.connection.signal('viewing', { conversation });
  }

  /** Colleagues who look at a conversation. @param {string} conversation */
  of(conversation) {
    return (this.#viewers.get(conversation) ?? []).filter(({ id }) => id !== this.session.me.id);
  }
}
