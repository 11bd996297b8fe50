import { EventLog } from './event-log.js';
import { Session } from './session.js';

/** @typedef {import('./types.js').Summary} Summary */
/** @typedef {import('./types.js').ChatEvent} ChatEvent */

/** What technicians' pages do beside what customers' do: notes, and reading what is not one's own. */
export class TechnicianSession extends Session {
  /**
   * Write a note that customers never see; it is kept like a message.
   *
   * @param {string} conversation
   * @param {string} text
   */
  note(conversation, text) {
    return this.send(conversation, text, { note: true });
  }

  /**
   * Take up a conversation that was looked up, with what was read of it.
   *
   * @param {Summary} summary
   * @param {ChatEvent[]} [events] in order; the newest, or those after what is held
   */
  adopt(summary, events = []) {
    this.remember(summary);
    const { log } = this.conversation(summary.conversation);
    if (log.events.length) for (const event of events) log.add(event);
    else log.prepend(events);
    this.emit('change', summary.conversation);
  }

  /**
   * Read along without taking part, as supervisors may. After a lost connection it is asked for
   * again, and goes on after what is held.
   *
   * @param {string} id
   */
  async watch(id) {
    const { log } = this.conversation(id);
    const ok = await this.request('watch', {
      conversation: id,
      ...(log.last && { after: log.last }),
    });
    log.prepend(ok.events);
    for (const event of ok.events) this.happened({ ...event, conversation: id });
    this.emit('change', id);
  }

  /** Read along no longer; what was read need not be resumed. @param {string} id */
  unwatch(id) {
    this.conversation(id).log = new EventLog();
    return this.request('unwatch', { conversation: id });
  }
}
