import { build } from '../elements/build.js';
import { MessageComposer } from '../elements/message-composer.js';
import { MessageList } from '../elements/message-list.js';
import { setText } from '../elements/rows.js';
import { transferDialog } from './transfer-dialog.js';

/** @typedef {import('./console.js').Desk} Desk */
/** @typedef {import('../lib/session.js').Conversation} Conversation */

const NOTE = '//';

/** One conversation with its composer. */
export class Pane {
  usedAt = performance.now();

  /**
   * @param {Desk} desk
   * @param {string} id
   */
  constructor(desk, id) {
    this.desk = desk;
    this.id = id;
    const { words, session } = desk;
    this.title = build('h2', { dir: 'auto' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.transfer = this.#button('transfer', () => transferDialog(desk, id));
    this.close = this.#button('closeConversation', () => this.#close());
    this.list = this.#makeList();
    this.composer = this.#makeComposer();
    this.element = this.#makeElement();
    const log = session.conversations.get(id)?.log;
    if (log && !log.events.length) session.loadEarlier(id).catch(() => undefined);
    this.composer.value = desk.storage.getItem(this.#draftKey) ?? '';
    this.#showNote();
    this.words = {
      label: words.say('writeOrNote'),
      send: words.say('send'),
      tooLong: words.say('tooLong'),
    };
  }

  /** @param {boolean} isCurrent */
  update(isCurrent) {
    const { words, session, me } = this.desk;
    const conversation = session.conversations.get(this.id);
    if (!conversation) return;
    const { summary } = conversation;
    const mine = summary.status === 'active' && summary.technician?.id === me.id;
    this.element.classList.toggle('current', isCurrent);
    setText(this.title, `${summary.customer.name || words.say('unnamed')} · ${summary.reference}`);
    this.element.setAttribute('aria-label', this.title.textContent);
    this.transfer.hidden = this.close.hidden = !mine;
    this.#showList(conversation);
    this.composer.show(this.words, mine);
    if (isCurrent && document.visibilityState === 'visible') session.markRead(this.id);
  }

  /** @param {Conversation} conversation */
  #showList({ summary, log, typing }) {
    const { words, session } = this.desk;
    this.list.show({
      events: log.events,
      drafts: session.drafts(this.id),
      side: 'technician',
      readBy: summary.read.customer,
      typing: typing && typing.until > Date.now() ? typing.name || words.say('customer') : null,
      hasEarlier: log.hasEarlier,
      words,
    });
  }

  #makeElement() {
    const { words, panes } = this.desk;
    const back = this.#button('back', () => panes.leave(), 'plain back');
    back.setAttribute('aria-label', words.say('back'));
    setText(back, '‹');
    return build(
      'section',
      {
        className: 'pane',
        'data-conversation': this.id,
        onfocusin: () => {
          if (this.desk.panes.current !== this.id) this.desk.panes.focus(this.id);
        },
      },
      build(
        'header',
        {},
        back,
        this.title,
        this.transfer,
        this.close,
        this.#button('hide', () => this.desk.panes.hide(this.id), 'plain'),
      ),
      this.list,
      build('div', {}, this.problem, this.composer),
    );
  }

  #makeList() {
    const { session } = this.desk;
    const list = new MessageList();
    list.addEventListener('retry', (event) => session.retry(detail(event)));
    list.addEventListener('earlier', () => session.loadEarlier(this.id).catch(() => undefined));
    return list;
  }

  #makeComposer() {
    const composer = new MessageComposer();
    composer.addEventListener('send', (event) => this.#send(detail(event)));
    composer.addEventListener('typing', (event) => this.#typing(detail(event)));
    composer.addEventListener('draft', (event) => this.#keep(detail(event)));
    return composer;
  }

  /**
   * @param {string} label
   * @param {() => void} onclick
   * @param {string} [className]
   */
  #button(label, onclick, className) {
    const text = this.desk.words.say(label);
    return build('button', { type: 'button', onclick, className }, text);
  }

  get #draftKey() {
    return `chatserver.console.draft.${this.id}`;
  }

  get #isNote() {
    return this.composer.value.startsWith(NOTE);
  }

  /** @param {string} text */
  #keep(text) {
    if (text) this.desk.storage.setItem(this.#draftKey, text);
    else this.desk.storage.removeItem(this.#draftKey);
    this.#showNote();
  }

  #showNote() {
    this.composer.classList.toggle('writes-note', this.#isNote);
  }

  /** @param {string} text */
  #send(text) {
    const { session } = this.desk;
    if (!text.startsWith(NOTE)) return session.send(this.id, text);
    const note = text.slice(NOTE.length).trim();
    return note && session.note(this.id, note);
  }

  /** @param {boolean} on */
  #typing(on) {
    // A note is nobody else's business, not even that one is being written.
    const isOn = on && !this.#isNote;
    this.desk.session.connection.signal('typing', { conversation: this.id, on: isOn });
  }

  async #close() {
    setText(this.problem, '');
    try {
      await this.desk.session.request('close', { conversation: this.id });
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
