import { build } from '../elements/build.js';

/** @typedef {import('./console.js').Desk} Desk */

/** Who I am, what I chose to be, and how many customers I take at once. */
export class StatusBar {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    const { words } = desk;
    this.name = build('span');
    this.status = build(
      'select',
      { onchange: () => this.#choose() },
      ...['online', 'away', 'offline'].map((value) => build('option', { value }, words.say(value))),
    );
    this.capacity = build('input', {
      type: 'number',
      min: '1',
      max: '50',
      onchange: () => this.#choose(),
    });
    this.colleagues = build('p', { className: 'soft' });
    this.section = build(
      'section',
      {},
      build(
        'h2',
        {},
        this.name,
        build('button', { className: 'plain', onclick: () => signOut() }, words.say('signOut')),
      ),
      build(
        'div',
        { className: 'row' },
        build('label', {}, words.say('status'), this.status),
        build('label', {}, words.say('capacity'), this.capacity),
      ),
      build(
        'button',
        {
          onclick: async () => {
            await desk.alert.unlock();
            desk.alert.ring(words.say('newCustomer'));
          },
        },
        words.say('testSound'),
      ),
      this.colleagues,
    );
  }

  update() {
    const { me, words } = this.desk;
    this.name.textContent = me.name;
    this.status.value = me.status;
    this.capacity.value = String(me.capacity);
    const others = [...this.desk.colleagues.values()].filter(
      ({ id, status }) => id !== me.id && status !== 'offline',
    );
    const names = others.map((each) => words.say('load', { ...each }));
    this.colleagues.textContent = names.length ? `${words.say('colleagues')}: ${names.join(', ')}` : '';
  }

  async #choose() {
    const capacity = Math.max(1, Number(this.capacity.value) || 1);
    const ok = await this.desk.session.request('status', { status: this.status.value, capacity });
    this.desk.session.welcome.technician = ok.technician;
    this.update();
  }
}

async function signOut() {
  const headers = { 'Content-Type': 'application/json' };
  await fetch('/logout', { method: 'POST', headers, body: '{}' });
  location.assign('/login');
}
