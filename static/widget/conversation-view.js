import { build } from '../elements/dom.js';
import { keepFilesOut, receiveFiles } from '../elements/dropped-files.js';
import { MessageComposer } from '../elements/message-composer.js';
import { MessageList } from '../elements/message-list.js';
import { ConversationStatus } from './conversation-status.js';
import { loadStylesheet } from './load-stylesheet.js';
import { tellSystem } from './system-version.js';

/** @typedef {import('../lib/session.js').Conversation} Conversation */

const AT_END_PX = 60;

await Promise.all([
  loadStylesheet('../elements/message-list.css'),
  loadStylesheet('../elements/message-composer.css'),
  loadStylesheet('./conversation-view.css'),
]);

/** The view of one conversation, be it waiting, active or closed. */
export class ConversationView {
  id = '';
  /** Scroll position before a reload, in px above the end. */
  #place = 0;
  /** @type {import('./post-chat.js').PostChat|null} loaded when a conversation is closed */
  #postChat = null;
  /** @type {import('./masking-hint.js').MaskingHint|null} loaded where the operator has messages masked */
  #maskingHint = null;

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {import('../lib/types.js').Storage} needs.storage the stored values of this customer
   * @param {import('./views.js').Views} needs.views
   * @param {(page?: 'save') => void} needs.openMenu
   */
  constructor({ words, session, storage, views, openMenu }) {
    this.words = words;
    this.session = session;
    this.storage = storage;
    this.fetchPart = views.fetchPart.bind(views);
    /** Leads to the next question. */
    this.another = () => views.go('home');
    this.openMenu = openMenu;
    this.status = new ConversationStatus({
      words,
      session,
      fetchPart: this.fetchPart,
      focus: () => this.focus(),
    });
    this.list = new MessageList();
    this.composer = this.#makeComposer();
    this.foot = build('div', { className: 'foot' }, this.composer);
    this.element = build('div', { className: 'conversation' });
    receiveFiles(this.element, {
      may: () => this.#conversation?.summary.status !== 'closed',
      hint: () => this.words.say('dropFiles'),
      take: (files) => this.#sendFiles(files),
    });
    keepFilesOut();
    tellSystem(session).catch(() => undefined);
  }

  /** @param {string} id */
  enter(id) {
    this.id = id;
    this.status.enter(id);
    this.#postChat?.enter(id);
    this.#maskingHint?.close();
    // A new list, because rows of another conversation must not be reused.
    this.list = this.#makeList();
    this.element.replaceChildren(this.status.element, this.list, this.foot);
    this.composer.value = this.storage.getItem(`draft.${id}`) ?? '';
    const conversation = this.#conversation;
    if (conversation && !conversation.log.events.length && conversation.summary.seq)
      this.session.loadEarlier(id).catch(() => undefined);
    this.#place = Number(this.storage.getItem(`place.${id}`));
    this.update();
  }

  get heading() {
    const { status, technician } = this.#conversation?.summary ?? {};
    const name = status === 'active' && technician?.name;
    return name ? { name, initials: initials(name) } : null;
  }

  focus() {
    if (this.#conversation?.summary.status === 'closed') this.list.focus();
    else this.composer.focus();
  }

  update() {
    const conversation = this.#conversation;
    if (!conversation) return;
    const ended = conversation.summary.status === 'closed';
    this.status.update(conversation);
    this.#showList(conversation);
    this.#returnToPlace(conversation);
    const hadFocus = this.composer.contains(document.activeElement);
    // What was half written when the other side ended the conversation can still be seen.
    this.composer.hidden = ended && !this.composer.value;
    this.composer.limit = this.session.welcome.text_limit;
    this.composer.fileTypes = this.session.welcome.files?.types ?? [];
    this.composer.show(this.words, !ended);
    if (ended && hadFocus) this.list.focus();
    if (ended) void this.#end(conversation);
    else if (this.#postChat) this.#postChat.element.hidden = true;
  }

  /** @param {Conversation} conversation */
  async #end(conversation) {
    // If the module cannot be loaded, the next update tries again.
    const found = await this.fetchPart(() => import('./post-chat.js'));
    if (!found || conversation.summary.conversation !== this.id) return;
    if (!this.#postChat) {
      const { words, session, openMenu } = this;
      const another = () => void this.#startAnother();
      const reopened = () => this.focus();
      this.#postChat = new found.PostChat({ words, session, another, reopened, openMenu });
      this.#postChat.enter(this.id);
      this.foot.append(this.#postChat.element);
    }
    this.#postChat.update(conversation);
  }

  /** Lead to the next question, with the words that were not sent in this conversation. */
  async #startAnother() {
    const text = this.composer.value;
    this.composer.value = '';
    this.storage.removeItem(`draft.${this.id}`);
    await this.another();
    const field = document.querySelector('textarea');
    if (!field || !text || field.value) return;
    field.value = text;
    field.dispatchEvent(new Event('input'));
  }

  /** @param {Conversation} conversation */
  #showList({ log, summary, typing }) {
    const isTyping = typing && typing.until > Date.now();
    this.list.show({
      events: log.events,
      outgoing: this.session.outgoing(this.id),
      side: 'customer',
      readBy: summary.read.technician,
      seen: summary.read.customer,
      typing: isTyping ? typing.name || this.words.say('technician') : null,
      hasEarlier: log.hasEarlier,
      files: this.session.files,
      words: this.words,
      topics: this.session.welcome.topics,
    });
  }

  #makeList() {
    const { session } = this;
    const list = new MessageList();
    list.addEventListener('retry', (event) => session.retry(detail(event)));
    list.addEventListener('discard', (event) => session.discard(detail(event)));
    list.addEventListener('earlier', () => session.loadEarlier(this.id).catch(() => undefined));
    list.addEventListener('scrollend', () => this.#keepPlace(list));
    return list;
  }

  #makeComposer() {
    const { session, storage } = this;
    const composer = new MessageComposer();
    composer.acceptsFiles = true;
    composer.addEventListener('send', (event) => this.#send(this.id, detail(event)));
    composer.addEventListener('typing', (event) =>
      session.connection.signal('typing', { conversation: this.id, on: detail(event) }),
    );
    composer.addEventListener('draft', (event) =>
      storage.setItem(`draft.${this.id}`, detail(event)),
    );
    composer.addEventListener('files', (event) => this.#sendFiles(detail(event)));
    return composer;
  }

  /** @param {string} id @param {string} text */
  async #send(id, text) {
    const { session } = this;
    const { mask } = session.welcome;
    if (mask) await this.#fetchMaskingHint();
    const isHeld = mask && id === this.id && this.#maskingHint?.passes(text, mask) === false;
    if (!isHeld) void session.send(id, text);
  }

  /** Load the hint. Without it the server masks the message without asking. */
  async #fetchMaskingHint() {
    if (this.#maskingHint) return;
    const found = await this.fetchPart(() => import('./masking-hint.js'));
    if (!found || this.#maskingHint) return;
    const anyway = (/** @type {string} */ text) =>
      this.session.send(this.id, text, { unmasked: true });
    this.#maskingHint = new found.MaskingHint(this.words, this.composer, anyway);
    this.foot.prepend(this.#maskingHint.element);
  }

  /** @param {File[]} files */
  #sendFiles(files) {
    for (const file of files) void this.session.sendFile(this.id, file);
  }

  /** Store the scroll position, for a reload. @param {MessageList} list */
  #keepPlace(list) {
    // A list that was replaced, or one that has not returned to its position yet.
    if (!list.isConnected || this.#place) return;
    const toEnd = list.scrollHeight - list.scrollTop - list.clientHeight;
    this.storage.setItem(`place.${this.id}`, toEnd > AT_END_PX ? `${Math.round(toEnd)}` : '');
  }

  /** @param {Conversation} conversation */
  #returnToPlace({ log, summary }) {
    // In a hidden panel all heights are 0.
    const isWhole = log.last > 0 && log.last >= summary.seq && this.list.clientHeight > 0;
    if (!this.#place || !isWhole) return;
    this.list.returnTo(this.#place);
    this.#place = 0;
  }

  /** @returns {Conversation|undefined} */
  get #conversation() {
    return this.session.conversations.get(this.id);
  }
}

/** Return the first letters of the first and the last word. @param {string} name */
function initials(name) {
  const words = name.trim().split(/\s+/);
  const first = [...new Set([words[0], words.at(-1)])].map((word = '') => [...word][0]);
  return first.join('').toLocaleUpperCase();
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
