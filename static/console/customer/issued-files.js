import { build, setText } from '../../elements/dom.js';
import { Http } from '../../lib/http.js';
import { when } from '../date-format.js';

/** @typedef {{at: number, deed: string, how: string,
 *   who: {role: string, id: string, name: string}}} AuditEntry */

/**
 * The audit trail of a conversation, for supervisors: each transcript and file with its reader. It
 * is loaded when the section is opened.
 */
export class IssuedFiles {
  #conversation = '';

  /**
   * @param {import('../../lib/i18n.js').Words} words
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   */
  constructor(words, session) {
    this.words = words;
    this.session = session;
    this.http = new Http(words);
    this.told = build('p', { className: 'soft', role: 'status' });
    this.list = build('ul');
    this.section = build(
      'details',
      { className: 'given-out', hidden: true, ontoggle: () => this.section.open && this.#ask() },
      build('summary', {}, words.say('givenOut')),
      this.told,
      this.list,
    );
  }

  /** @param {string} conversation */
  show(conversation) {
    this.section.hidden = !this.session.welcome.supervises;
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    this.section.open = false;
  }

  async #ask() {
    const conversation = this.#conversation;
    this.#fill([], '');
    try {
      const path = `/conversations/${encodeURIComponent(conversation)}/audit`;
      const { entries } = await this.http.get(path);
      const told = entries.length ? '' : this.words.say('givenNothing');
      if (conversation === this.#conversation) this.#fill(entries, told);
    } catch (error) {
      if (conversation === this.#conversation) this.#fill([], /** @type {Error} */ (error).message);
    }
  }

  /** @param {AuditEntry[]} entries @param {string} told */
  #fill(entries, told) {
    setText(this.told, told);
    this.list.replaceChildren(...entries.map((entry) => this.#line(entry)));
  }

  /** @param {AuditEntry} entry */
  #line({ at, deed, how, who }) {
    const { words } = this;
    const { now } = this.session;
    const name = who.name || words.say(who.role === 'link' ? 'givenLink' : who.role);
    const facts = [when(at, words.locale, now), how].filter(Boolean).join(' · ');
    return build(
      'li',
      {},
      build('span', { dir: 'auto' }, words.say(`given.${deed}`, { name })),
      build('span', { className: 'soft', dir: 'auto' }, facts),
    );
  }
}
