import { clockTime, day, linkify } from '../lib/format.js';
import { build } from './build.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/outbox.js').Draft} Draft */
/** @typedef {import('../lib/i18n.js').Words} Words */
/**
 * What the list shows.
 *
 * @typedef {object} View
 * @property {ChatEvent[]} events
 * @property {Draft[]} drafts what is on its way
 * @property {'customer'|'technician'} side whose screen this is
 * @property {number} readBy up to which seq the other side has read
 * @property {string|null} typing the name of who is typing
 * @property {boolean} hasEarlier
 * @property {Words} words
 */

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

  connectedCallback() {
    if (this.firstChild) return;
    this.#lines.setAttribute('role', 'log');
    this.#lines.setAttribute('aria-live', 'polite');
    this.tabIndex = 0;
    this.append(this.#earlier, this.#lines, this.#typing);
    this.addEventListener('scroll', () => {
      this.#following = this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_END;
    });
    new ResizeObserver(() => this.#stay()).observe(this);
  }

  /** @param {View} view */
  show(view) {
    this.#earlier.hidden = !view.hasEarlier;
    this.#earlier.textContent = view.words.say('earlier');
    this.#lines.setAttribute('aria-label', view.words.say('messages'));
    const wanted = this.#wanted(view);
    for (const [key, line] of this.#shown) {
      if (wanted.has(key)) continue;
      line.remove();
      this.#shown.delete(key);
    }
    /** @type {Element|null} */
    let place = this.#lines.firstElementChild;
    for (const [key, make] of wanted) {
      let line = this.#shown.get(key);
      if (!line) this.#shown.set(key, (line = make()));
      if (line === place) place = place.nextElementSibling;
      else this.#lines.insertBefore(line, place);
    }
    const typing = view.typing === null ? '' : view.words.say('typing', { name: view.typing });
    if (this.#typing.textContent !== typing) this.#typing.textContent = typing;
    this.#stay();
  }

  #stay() {
    if (this.#following) this.scrollTop = this.scrollHeight;
  }

  /**
   * Every line by a key that says all of what it looks like, so that only news touch the page.
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
        wanted.set(`day ${today}`, () => build('h3', { className: 'day soft' }, today));
        [date, author] = [today, ''];
      }
      const speaks = event.kind === 'message' || event.kind === 'note';
      const named = speaks && author !== `${event.kind} ${event.author.id}`;
      author = speaks ? `${event.kind} ${event.author.id}` : '';
      const state = this.#state(view, event);
      const key = `${event.seq} ${named} ${state}`;
      wanted.set(key, () =>
        speaks ? message(view, event, named, state) : notice(view.words, event),
      );
    }
    for (const draft of view.drafts) {
      wanted.set(`draft ${draft.id} ${draft.failed ?? ''}`, () => this.#draft(view, draft));
    }
    return wanted;
  }

  /**
   * @param {View} view
   * @param {ChatEvent} event
   */
  #state(view, event) {
    if (event.kind !== 'message' || event.author.role !== view.side) return '';
    return event.seq <= view.readBy ? 'read' : 'stored';
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
    return build('div', { className: 'message own draft' }, bubble(draft.text), status);
  }
}

/**
 * @param {View} view
 * @param {ChatEvent} event
 * @param {boolean} named
 * @param {string} state
 */
function message({ words, side }, event, named, state) {
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
    build('p', { className: 'state soft' }, state ? `${time} · ${words.say(state)}` : time),
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
