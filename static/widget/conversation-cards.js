import { build, setText } from '../elements/dom.js';
import { KeyedList } from '../elements/keyed-list.js';
import { day } from '../lib/format.js';
import { loadStylesheet } from './load-stylesheet.js';

/** @typedef {import('../lib/types.js').Summary} Summary */

const MATCH_BEGINS = '\u0002';
const MATCH_ENDS = '\u0003';

await loadStylesheet('./conversation-cards.css');

/** A list of conversations to choose from. */
export class ConversationCards {
  element = build('ul', { className: 'cards' });

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {(conversation: string) => void} choose
   */
  constructor(words, choose) {
    this.words = words;
    this.choose = choose;
    this.rows = new KeyedList(
      this.element,
      (item) => this.#row(item),
      build('li', { hidden: true }),
    );
  }

  /** @param {(Summary & {excerpt?: string, unread?: number})[]} summaries */
  show(summaries) {
    this.element.hidden = summaries.length === 0;
    this.rows.show(new Map(summaries.map((each) => [each.conversation, each])));
  }

  /** @param {Summary} summary */
  #row({ conversation }) {
    const about = build('span', { dir: 'auto' });
    const state = build('span', { className: 'soft', dir: 'auto' });
    const unread = build('b');
    const onclick = () => this.choose(conversation);
    const button = build('button', { type: 'button', onclick }, about, state, unread);
    /** @param {Summary & {excerpt?: string, unread?: number}} summary */
    const show = (summary) => {
      showMatches(
        about,
        summary.excerpt ||
          summary.subject ||
          summary.question ||
          summary.last?.text ||
          summary.reference,
      );
      setText(state, this.#state(summary));
      setText(unread, summary.unread ? this.words.say('unread', { count: summary.unread }) : '');
    };
    return { element: build('li', {}, button), show };
  }

  /** @param {Summary} summary */
  #state({ status, technician, reference, opened_at: openedAt }) {
    const { words } = this;
    if (status === 'active') return words.say('with', { name: technician?.name ?? '' });
    if (status === 'waiting') return words.say('waitingSoon');
    return [technician?.name, day(openedAt, words.locale), reference].filter(Boolean).join(' · ');
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} text with matches between U+0002 and U+0003
 */
function showMatches(element, text) {
  const parts = text.split(MATCH_BEGINS).flatMap((part, index) => {
    const [match = '', rest] = index ? part.split(MATCH_ENDS) : ['', part];
    return [match && build('mark', {}, match), rest ?? ''];
  });
  const plain = text.replaceAll(MATCH_BEGINS, '').replaceAll(MATCH_ENDS, '');
  if (parts.length > 2 || element.textContent !== plain) element.replaceChildren(...parts);
}

/** Build the heading of the open conversations. @param {import('../lib/i18n.js').Words} words */
export function heading(words) {
  return build('h2', {}, words.say('openConversations'));
}
