import { build, find } from '../elements/build.js';
import { clockTime, day } from '../lib/format.js';

/** @typedef {import('../lib/types.js').Summary} Summary */
/** @typedef {import('../lib/types.js').Topic} Topic */

/** What is known of the customer of the current conversation. */
export class CustomerCard {
  #shown = '';

  /** @param {import('./console.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.place = find(document, '#right');
    this.place.setAttribute('aria-label', desk.words.say('customerName'));
  }

  update() {
    const { session, panes } = this.desk;
    const conversation = panes.current && session.conversations.get(panes.current);
    const facts = conversation ? this.#facts(conversation.summary) : [];
    // What is shown stays, so that it can be selected and copied while messages come in.
    const shown = JSON.stringify([panes.current, facts]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (conversation) this.place.replaceChildren(this.#section(conversation.summary, facts));
    else this.place.replaceChildren();
  }

  /** @param {Summary} summary @returns {[string, string][]} */
  #facts({ customer, opened_at: at, topic, subject }) {
    const { words, session } = this.desk;
    const topics = /** @type {Topic[]} */ (session.welcome.topics ?? []);
    /** @type {[string, string][]} */
    const facts = [
      ['customerName', customer.name || words.say('unnamed')],
      ['opened', `${day(at, words.language)}, ${clockTime(at, words.language)}`],
      ['topic', topics.find(({ id }) => id === topic)?.name ?? topic ?? ''],
      ['subject', subject ?? ''],
    ];
    return facts.filter(([, value]) => value);
  }

  /**
   * @param {Summary} summary
   * @param {[string, string][]} facts
   */
  #section({ conversation, reference }, facts) {
    const { words } = this.desk;
    const rows = facts.flatMap(([name, value]) => [
      build('dt', {}, words.say(name)),
      build('dd', { dir: 'auto' }, value),
    ]);
    const href = `/conversations/${encodeURIComponent(conversation)}/transcript.txt`;
    return build(
      'section',
      {},
      build('h2', {}, words.say('reference', { reference })),
      build('dl', {}, ...rows),
      build('a', { href, download: `${reference}.txt` }, words.say('download')),
    );
  }
}
