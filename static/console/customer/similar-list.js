import { build } from '../../elements/dom.js';
import { markedText } from '../../elements/marked-text.js';
import { splitExcerpt } from '../../lib/search-excerpt.js';
import { when } from '../date-format.js';

/** @typedef {{conversation: string, reference: string, subject: string|null, topic: string|null,
 *   closed_at: number, excerpt: string}} Solved */

/** Solved conversations similar to the current one, the most similar first. */
export class SimilarList {
  #shown = '';

  /**
   * @param {import('../../lib/i18n.js').Words} words
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   * @param {(solved: Solved) => void} read
   */
  constructor(words, session, read) {
    this.words = words;
    this.session = session;
    this.read = read;
    this.list = build('ol', { className: 'similar' });
    this.section = build(
      'section',
      { hidden: true },
      build('h2', {}, words.say('similar')),
      this.list,
    );
  }

  /** @param {Solved[]} results */
  show(results) {
    const shown = JSON.stringify(results);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.section.hidden = results.length === 0;
    this.list.replaceChildren(...results.map((each) => this.#row(each)));
  }

  /** @param {Solved} solved */
  #row(solved) {
    const { words, session } = this;
    const { subject, reference, topic, closed_at: at, excerpt } = solved;
    const date = when(at, words.locale, session.now);
    const facts = [date, session.topicName(topic), subject && reference]
      .filter(Boolean)
      .join(' · ');
    return build(
      'li',
      {},
      build(
        'button',
        { type: 'button', className: 'plain', onclick: () => this.read(solved) },
        build('span', { className: 'title', dir: 'auto' }, subject ?? reference),
        build('span', { className: 'excerpt', dir: 'auto' }, ...markedText(splitExcerpt(excerpt))),
        build('span', { className: 'soft', dir: 'auto' }, facts),
      ),
    );
  }
}
