import { build } from '../elements/dom.js';
import '../elements/message-list.js';
import { FORMATS, formatName } from '../elements/transcript-formats.js';
import { highlight, keepHighlighted } from './highlight.js';
import { LabelForm } from './label-form.js';
import { MailForm } from './mail-form.js';
import { ReopenForm } from './reopen-form.js';
import { ShareForm } from './share-form.js';

/** @typedef {import('./own-conversations.js').Item} Item */
/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/http.js').Problem} Problem */
/** @typedef {import('../elements/message-list.js').MessageList} MessageList */

const CONFIRMATION_MS = 2_000;

/** One conversation of the archive, with its actions. */
export class ConversationReader {
  /** @type {ChatEvent[]} */
  #events = [];
  #more = false;
  #id = '';
  #text = '';
  #mailable = false;
  /** @type {Item|undefined} */
  #item;
  /** @type {import('../lib/types.js').Topic[]} */
  #topics = [];

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/http.js').Http} http
   * @param {object} list
   * @param {(said?: string) => Promise<void>} list.changed called when the list is out of date, with
   *   what the list should say instead of how much it has
   * @param {(item: Item) => boolean} list.canReopen tells whether it can still be continued
   */
  constructor(words, http, { changed, canReopen }) {
    this.words = words;
    this.http = http;
    this.changed = changed;
    this.canReopen = canReopen;
    this.heading = build('h2', { tabIndex: -1, dir: 'auto' });
    this.facts = build('p', { className: 'soft' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.actions = build('div', { className: 'actions' });
    this.downloads = build('p', { className: 'downloads' });
    this.moved = build('p', { role: 'status' });
    this.label = new LabelForm(words, (label) => this.#relabel(label));
    this.mail = new MailForm(words, http);
    this.share = new ShareForm(words, http);
    this.reopen = new ReopenForm(words, http, (id, replyBy) => this.#reopened(id, replyBy));
    this.messages = /** @type {MessageList} */ (document.createElement('message-list'));
    keepHighlighted(this.messages, () => this.#text);
    this.messages.addEventListener('earlier', () => this.#load(this.#events[0]?.seq));
    this.element = build('section', { className: 'reading' });
    this.empty = build('p', { className: 'soft empty' }, words.say('choose'));
    this.clear();
  }

  /** @param {{available: boolean, address: string|null}} mail whether e-mail can be sent, and the confirmed address */
  allowMail({ available, address }) {
    this.#mailable = available;
    this.mail.know(address);
  }

  /** Show that no conversation is chosen. */
  clear() {
    this.#id = '';
    this.#item = undefined;
    this.element.replaceChildren(this.empty);
  }

  /**
   * @param {string} id
   * @param {Item|undefined} item as in the list
   * @param {string} text the text of the search
   * @param {import('../lib/types.js').Topic[]} topics
   */
  async open(id, item, text, topics) {
    this.#topics = topics;
    this.#id = id;
    this.#item = item;
    this.#text = text;
    this.#events = [];
    this.problem.textContent = '';
    this.moved.replaceChildren();
    this.#closeForms();
    this.#head();
    this.element.replaceChildren(
      build('a', { className: 'back', href: '#' }, this.words.say('back')),
      this.heading,
      this.facts,
      this.actions,
      this.moved,
      this.label.element,
      this.mail.element,
      this.share.element,
      this.reopen.element,
      this.downloads,
      this.problem,
      this.messages,
    );
    this.heading.focus();
    await this.#load(undefined);
  }

  #head() {
    const item = this.#item;
    const name =
      item?.title ||
      item?.subject ||
      item?.question ||
      item?.reference ||
      this.words.say('conversation');
    const { locale } = this.words;
    const date = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
    const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
    const kept = item?.kept_until && day.format(item.kept_until);
    const facts = [
      item && date.format(item.opened_at),
      item?.technician?.name,
      item?.reference,
      kept && this.words.say('keptUntil', { date: kept }),
    ];
    this.heading.textContent = name;
    this.facts.textContent = facts.filter(Boolean).join(' · ');
    this.actions.replaceChildren(...this.#buttons());
    const links = FORMATS.map((format) =>
      build('a', { href: this.#file(format), download: '' }, formatName(this.words, format)),
    );
    this.downloads.replaceChildren(build('span', {}, this.words.say('downloadAs')), ...links);
  }

  #buttons() {
    const item = this.#item;
    if (!item) return [];
    const isArchived = item.archived_at !== null;
    const copy = this.#button('copy', () => this.#copy(copy));
    return [
      this.canReopen(item) && this.#button('reopen', () => this.reopen.open(this.#id)),
      this.#button('rename', () => this.label.open(item.title, item.tags)),
      this.#button(isArchived ? 'unarchive' : 'archive', () =>
        this.#relabel({ archived: !isArchived }),
      ),
      copy,
      this.#mailable && this.#button('mail', () => this.mail.open(this.#id)),
      this.#button('share', () => this.share.open(this.#id)),
      this.#button('erase', () => this.#erase()),
    ].filter((each) => each instanceof Node);
  }

  /**
   * @param {string} label
   * @param {() => void} act
   */
  #button(label, act) {
    const onclick = () => {
      this.#closeForms();
      act();
    };
    return build('button', { type: 'button', onclick }, this.words.say(label));
  }

  #closeForms() {
    for (const form of [this.label, this.mail, this.share, this.reopen]) form.close();
  }

  /**
   * @param {string} id
   * @param {number} replyBy (ms)
   */
  async #reopened(id, replyBy) {
    await this.changed();
    if (id !== this.#id || !this.#item) return;
    this.#item = { ...this.#item, status: 'waiting', closed_at: null };
    this.#head();
    const time = new Intl.DateTimeFormat(this.words.locale, {
      dateStyle: 'long',
      timeStyle: 'short',
    });
    this.moved.textContent = this.words.say('reopened', { time: time.format(replyBy) });
    this.#events = [];
    await this.#load(undefined);
    this.heading.focus();
  }

  async #erase() {
    if (!confirm(this.words.say('eraseSure'))) return;
    try {
      await this.http.post(`/archive/conversations/${this.#id}/erase`, {});
      location.hash = '';
      await this.changed();
    } catch (error) {
      this.problem.textContent = /** @type {Problem} */ (error).message;
    }
  }

  /** @param {string} format */
  #file(format) {
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const query = new URLSearchParams({ timezone, language: this.words.language });
    return `/archive/conversations/${this.#id}/transcript.${format}?${query}`;
  }

  /** @param {HTMLButtonElement} button */
  async #copy(button) {
    const said = this.words.say('copy');
    try {
      const answer = await fetch(this.#file('txt'));
      if (!answer.ok) throw new Error(answer.statusText);
      await navigator.clipboard.writeText(await answer.text());
      button.textContent = this.words.say('copied');
    } catch {
      this.problem.textContent = this.words.say('copyFailed');
    }
    setTimeout(() => (button.textContent = said), CONFIRMATION_MS);
  }

  /** @param {{title?: string, tags?: string[], archived?: boolean}} change */
  async #relabel(change) {
    const id = this.#id;
    try {
      const label = await this.http.post(`/archive/conversations/${id}`, change);
      if (id !== this.#id || !this.#item) return;
      this.#item = { ...this.#item, ...label };
      this.problem.textContent = '';
      this.label.close();
      this.#head();
      await this.changed(change.archived ? this.words.say('moved') : undefined);
      this.#tellMove(change.archived);
      // Sealing needs no answer: the server also seals a conversation by itself once it is quiet.
      if (change.archived)
        this.http.post(`/archive/conversations/${id}/seal`, {}).catch(() => undefined);
    } catch (error) {
      this.problem.textContent = /** @type {Problem} */ (error).message;
    }
  }

  /**
   * Tell that the conversation was moved to the archive, and offer to undo it: it leaves the list, and
   * a list that says "nothing matches" would look like a loss.
   *
   * @param {boolean|undefined} isArchived
   */
  #tellMove(isArchived) {
    const undo = this.#button('undo', () => this.#relabel({ archived: false }));
    this.moved.replaceChildren(...(isArchived ? [this.words.say('moved'), ' ', undo] : []));
    if (isArchived) undo.focus();
    else this.actions.querySelector('button')?.focus();
  }

  /** @param {number|undefined} before a seq */
  async #load(before) {
    const id = this.#id;
    const query = before ? `?before=${before}` : '';
    try {
      const { events, more } = await this.http.get(`/archive/conversations/${id}/events${query}`);
      if (id !== this.#id) return;
      this.#events = [...events, ...this.#events];
      this.#more = more;
      this.#show();
    } catch (error) {
      this.problem.textContent = /** @type {Problem} */ (error).message;
    }
  }

  #show() {
    this.messages.show({
      events: this.#events,
      outgoing: [],
      side: 'customer',
      readBy: this.#item?.read.technician ?? 0,
      typing: null,
      hasEarlier: this.#more,
      files: { limit: 0, fetch: (file, what) => this.#fetch(file, what) },
      words: this.words,
      topics: this.#topics,
    });
    highlight(this.messages, this.#text);
  }

  /**
   * @param {string} file
   * @param {'preview'|'whole'} what
   */
  async #fetch(file, what) {
    const answer = await fetch(`/archive/files/${file}${what === 'preview' ? '?preview' : ''}`);
    if (!answer.ok) throw new Error('unreachable');
    return answer.blob();
  }
}
