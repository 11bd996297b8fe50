import { build, setText } from '../elements/dom.js';
import { stopwatch } from '../lib/format.js';

/** How the connection is, always in sight, and how much has not reached the server yet. */
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
    // Its seconds are for the eye: read aloud, they would never end.
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
    const count = session.outbox.drafts.length;
    setText(this.unsent, count ? words.say('unsent', { count }) : '');
    this.tick();
  }

  /** A second has passed. */
  tick() {
    const isOnline = this.session.connection.state === 'online';
    setText(this.time, isOnline ? '' : stopwatch(performance.now() - this.#since));
  }
}
