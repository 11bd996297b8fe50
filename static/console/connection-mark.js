import { build, setText } from '../elements/dom.js';
import { stopwatch } from '../lib/format.js';

/**
 * The state of the connection, always in sight, and the number of messages that have not reached
 * the server.
 */
export class ConnectionMark {
  #since = performance.now();

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/session.js').Session} session
   */
  constructor(words, session) {
    this.words = words;
    this.session = session;
    this.state = build('span', { role: 'status' });
    // Hidden from screen readers, which would read the seconds without end.
    this.time = build('span', { className: 'time', 'aria-hidden': 'true' });
    this.unsent = build('span', { className: 'unsent', role: 'status' });
    this.element = build('div', { className: 'connection' }, this.state, this.time, this.unsent);
    session.on('state', () => {
      this.#since = performance.now();
      this.update();
    });
  }

  update() {
    const { words, session } = this;
    const { state } = session.connection;
    this.element.dataset.state = state;
    setText(this.state, words.say(`connection.${state}`));
    const count = session.outbox.messages.length;
    setText(this.unsent, count ? words.say('unsent', { count }) : '');
    this.tick();
  }

  /** Update the time; called once a second. */
  tick() {
    const isOnline = this.session.connection.state === 'online';
    setText(this.time, isOnline ? '' : stopwatch(performance.now() - this.#since));
  }
}
