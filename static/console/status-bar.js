import { build } from '../elements/build.js';
import { setText } from '../elements/rows.js';

/** @typedef {import('./console.js').Desk} Desk */

/** Who I am, what I chose to be, and how many customers I take at once. */
export class StatusBar {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    const { words } = desk;
    this.name = build('p', { dir: 'auto', className: 'who' });
    this.status = build(
      'select',
      { onchange: () => this.#choose(), disabled: true },
      ...['online', 'away', 'offline'].map((value) => build('option', { value }, words.say(value))),
    );
    const onchange = () => this.#choose();
    this.capacity = build('input', { type: 'number', min: '1', max: '50', disabled: true, onchange });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.colleagues = build('p', { className: 'soft colleagues' });
    this.section = build(
      'section',
      { className: 'me' },
      build('div', { className: 'row' }, this.name, this.#button('signOut', () => signOut())),
      build(
        'div',
        { className: 'row choices' },
        build('label', {}, words.say('status'), this.status),
        build('label', { className: 'capacity' }, words.say('capacity'), this.capacity),
      ),
      this.problem,
      this.#button('testSound', () => this.#test()),
      this.colleagues,
    );
  }

  update() {
    const { me, words } = this.desk;
    // Before the welcome nothing is known that a choice could change.
    this.status.disabled = this.capacity.disabled = me.id === '';
    setText(this.name, me.name);
    this.section.dataset.status = me.status;
    if (document.activeElement !== this.status) this.status.value = me.status;
    if (document.activeElement !== this.capacity) this.capacity.value = String(me.capacity);
    const others = [...this.desk.colleagues.values()].filter(
      ({ id, status }) => id !== me.id && status !== 'offline',
    );
    const names = others.map((each) => words.say('load', { ...each }));
    setText(this.colleagues, names.length ? `${words.say('colleagues')}: ${names.join(', ')}` : '');
  }

  /**
   * @param {string} label
   * @param {() => void} onclick
   */
  #button(label, onclick) {
    const text = this.desk.words.say(label);
    return build('button', { type: 'button', className: 'plain', onclick }, text);
  }

  async #choose() {
    const { session } = this.desk;
    const capacity = Math.max(1, Math.round(Number(this.capacity.value)) || 1);
    setText(this.problem, '');
    try {
      const ok = await session.request('status', { status: this.status.value, capacity });
      session.welcome.technician = ok.technician;
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
    this.status.value = this.desk.me.status;
    this.capacity.value = String(this.desk.me.capacity);
    this.desk.update();
  }

  async #test() {
    const { alert, words } = this.desk;
    await alert.unlock();
    await alert.askToNotify();
    alert.ring(words.say('newCustomer'));
  }
}

async function signOut() {
  const headers = { 'Content-Type': 'application/json' };
  await fetch('/logout', { method: 'POST', headers, body: '{}' }).catch(() => undefined);
  location.assign('/login');
}
