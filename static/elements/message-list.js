import { clockTime, day, linkify } from '../lib/format.js';
import { build } from './build.js';
import { arrange, setText } from './rows.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/types.js').Draft} Draft */
/** @typedef {import('../lib/types.js').View} View */
/** @typedef {import('../lib/i18n.js').Words} Words */

const NEAR_END = 60;

/**
 * The messages of a conversation, grouped by author and day; it stays at the end unless its
 * reader has scrolled away. Emits `retry` (id) and `earlier`.
 */
export class MessageList extends HTMLElement {
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();
  #lines = build('div', { className: 'lines' });
  #typing = build('p', { className: 'typing soft', 'aria-live': 'polite' });
  #earlier = build('button', {
    type: 'button',
    className: 'plain earlier',
    hidden: true,
    onclick: () => this.dispatchEvent(new CustomEvent('earlier')),
  });
  #following = true;
  #size = '';
  #first = 0;

  connectedCallback() {
    if (this.firstChild) return;
    this.#lines.setAttribute('role', 'log');
    this.#lines.setAttribute('aria-relevant', 'additions');
    this.tabIndex = 0;
    this.append(this.#earlier, this.#lines, this.#typing);
    this.addEventListener('scroll', () => this.#scrolled());
    new ResizeObserver(() => {
      this.#size = this.#sizeNow;
      this.#stay();
    }).observe(this);
  }

  /** @param {View} view */
  show(view) {
    const toEnd = this.scrollHeight - this.scrollTop;
    this.#earlier.hidden = !view.hasEarlier;
    setText(this.#earlier, view.words.say('earlier'));
    this.#lines.setAttribute('aria-label', view.words.say('messages'));
    this.#showLines(view);
    const typing = view.typing === null ? '' : view.words.say('typing', { name: view.typing });
    setText(this.#typing, typing);
    const first = view.events[0]?.seq ?? 0;
    if (first < this.#first && !this.#following) this.scrollTop = this.scrollHeight - toEnd;
    this.#first = first;
    this.#stay();
  }

  /** @param {View} view */
  #showLines(view) {
    const wanted = this.#wanted(view);
    for (const key of this.#shown.keys()) if (!wanted.has(key)) this.#shown.delete(key);
    for (const [key, make] of wanted) if (!this.#shown.has(key)) this.#shown.set(key, make());
    arrange(this.#lines, [...wanted.keys()].map((key) => this.#line(key)));
    for (const event of view.events) this.#showState(view, event);
  }

  /** @param {string} key */
  #line(key) {
    return /** @type {HTMLElement} */ (this.#shown.get(key));
  }

  /**
   * How far one's own message has come: said in place, so that it is not announced anew.
   *
   * @param {View} view
   * @param {ChatEvent} event
   */
  #showState({ words, side, readBy }, event) {
    if (event.kind !== 'message' || event.author.role !== side) return;
    const state = words.say(event.seq <= readBy ? 'read' : 'stored');
    const line = this.#shown.get(`${event.seq} named`) ?? this.#shown.get(`${event.seq}`);
    const place = line?.querySelector('.state');
    if (place) setText(place, `${clockTime(event.at, words.language)} · ${state}`);
  }

  get #sizeNow() {
    return `${this.clientWidth}x${this.clientHeight}`;
  }

  /** Only a reader scrolls away; when the window changes its size, the browser scrolls. */
  #scrolled() {
    if (this.#size !== this.#sizeNow) return;
    this.#following = this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_END;
  }

  #stay() {
    if (this.#following) this.scrollTop = this.scrollHeight;
  }

  /**
   * Every line by a key that says what it looks like, so that only news touch the page.
   *
   * @param {View} view
   */
  #wanted(view) {
    /** @type {Map<string, () => HTMLElement>} */
    const wanted = new Map();
    let date = '';
    let author = '';
    for (const event of view.events) {
      const today = day(event.at, view.words.language);
      if (today !== date) {
        wanted.set(`day ${today}`, () => build('p', { className: 'day soft' }, today));
        [date, author] = [today, ''];
      }
      const speaks = event.kind === 'message' || event.kind === 'note';
      const named = speaks && author !== `${event.kind} ${event.author.id}`;
      author = speaks ? `${event.kind} ${event.author.id}` : '';
      wanted.set(named ? `${event.seq} named` : `${event.seq}`, () =>
        speaks ? message(view, event, named) : notice(view.words, event),
      );
    }
    for (const draft of view.drafts) {
      wanted.set(`draft ${draft.id} ${draft.failed ?? ''}`, () => this.#draft(view, draft));
    }
    return wanted;
  }

  /**
   * @param {View} view
   * @param {Draft} draft
   */
  #draft(view, draft) {
    const status = draft.failed
      ? build(
          'p',
          { className: 'state problem' },
          `${draft.failed} `,
          build(
            'button',
            {
              type: 'button',
              onclick: () => this.dispatchEvent(new CustomEvent('retry', { detail: draft.id })),
            },
            view.words.say('retry'),
          ),
        )
      : build('p', { className: 'state soft' }, view.words.say('sending'));
    const kind = draft.note ? ' note' : '';
    return build('div', { className: `message own draft${kind}` }, bubble(draft.text), status);
  }
}

/**
 * @param {View} view
 * @param {ChatEvent} event
 * @param {boolean} named
 */
function message({ words, side }, event, named) {
  const own = event.author.role === side ? ' own' : '';
  const kind = event.kind === 'note' ? ' note' : '';
  const who = event.author.name || words.say(event.author.role);
  const heading = event.kind === 'note' ? words.say('noteBy', { name: who }) : who;
  const time = clockTime(event.at, words.language);
  return build(
    'div',
    { className: `message${own}${kind}`, 'data-seq': event.seq },
    named && !(own && event.kind === 'message') && build('p', { className: 'author soft' }, heading),
    bubble(event.text ?? ''),
    build('p', { className: 'state soft' }, time),
  );
}

/** @param {string} text */
function bubble(text) {
  const parts = linkify(text).map((part) =>
    part.url
      ? build('a', { href: part.url, target: '_blank', rel: 'noopener noreferrer' }, part.text)
      : part.text,
  );
  return build('p', { className: 'bubble', dir: 'auto' }, ...parts);
}

/**
 * @param {Words} words
 * @param {ChatEvent} event
 */
function notice(words, event) {
  const name = event.technician?.name ?? event.topic ?? event.author.name;
  const reason = event.reason ? `event.${event.kind}.${event.reason}` : `event.${event.kind}`;
  const key = words.messages[reason] ? reason : `event.${event.kind}`;
  const text = words.say(key, { name, score: event.score ?? '' });
  return build('p', { className: 'notice soft', 'data-seq': event.seq }, text);
}

customElements.define('message-list', MessageList);
