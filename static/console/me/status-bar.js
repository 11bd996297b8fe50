import { build, setText } from '../../elements/dom.js';
import { myState } from './availability.js';
import { ColleagueList } from './colleague-list.js';

const STATES = {
  lost: 'stateLost',
  away: 'stateAway',
  offline: 'stateOffline',
  full: 'stateFull',
  free: 'stateFree',
};

/** The technician's name, chosen status, capacity and effective state. */
export class StatusBar {
  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {() => void} needs.testAlerts
   * @param {() => void} needs.changed called after the status was changed
   */
  constructor({ words, session, testAlerts, changed }) {
    this.words = words;
    this.session = session;
    this.changed = changed;
    const onchange = () => this.#choose();
    this.name = build('p', { dir: 'auto', className: 'who' });
    this.state = build('p', { className: 'state soft', role: 'status' });
    this.status = build(
      'select',
      { onchange, disabled: true },
      ...['online', 'away', 'offline'].map((value) => build('option', { value }, words.say(value))),
    );
    this.capacity = build('input', {
      type: 'number',
      min: '1',
      max: '50',
      disabled: true,
      onchange,
    });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.colleagues = new ColleagueList(words, session);
    this.section = build(
      'section',
      { className: 'me' },
      this.name,
      build(
        'div',
        { className: 'row choices' },
        build('label', {}, words.say('status'), this.status),
        build('label', { className: 'capacity' }, words.say('capacity'), this.capacity),
      ),
      this.problem,
      this.state,
      this.#button('testAlerts', testAlerts),
      this.colleagues.element,
    );
  }

  update() {
    const { me } = this.session;
    // Before the welcome there is no status to change.
    this.status.disabled = this.capacity.disabled = me.id === '';
    setText(this.name, me.name);
    if (document.activeElement !== this.status) this.status.value = me.status;
    if (document.activeElement !== this.capacity) this.capacity.value = String(me.capacity);
    this.#showState();
    this.colleagues.update();
  }

  #showState() {
    const { words, session } = this;
    const { me, colleagues } = session;
    const load = colleagues.get(me.id)?.load ?? 0;
    const isConnected = session.connection.state === 'online';
    const state = myState({ chosen: me.status, isConnected, load, capacity: me.capacity });
    this.section.dataset.status = state;
    const values = { load, capacity: me.capacity };
    setText(this.state, me.id === '' ? '' : words.say(STATES[state], values));
  }

  /**
   * @param {string} label
   * @param {() => void} onclick
   */
  #button(label, onclick) {
    const text = this.words.say(label);
    return build('button', { type: 'button', className: 'plain', onclick }, text);
  }

  async #choose() {
    const capacity = Math.max(1, Math.round(Number(this.capacity.value)) || 1);
    setText(this.problem, '');
    try {
      await this.session.setStatus({ status: this.status.value, capacity });
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
    this.status.value = this.session.me.status;
    this.capacity.value = String(this.session.me.capacity);
    this.update();
    this.changed();
  }
}
