import { build, setText } from '../elements/dom.js';
import { fillReply, PLACEHOLDERS, replyValues, shortcutOf } from '../lib/canned-replies.js';
import { button, Field, input } from './field.js';
import { ListForm } from './list-form.js';

/** @typedef {import('../lib/canned-replies.js').Reply} Reply */
/** @typedef {import('./list-form.js').Line<Reply>} Line */

/** The form for canned replies, which technicians insert by typing `/` and a shortcut. */
export class RepliesForm {
  /** How much the server takes. */
  limits = { replies: Infinity, reply_text: Infinity, replies_text: Infinity };

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    const list = build('ul', { className: 'lines replies' });
    this.list = new ListForm(list, words.say('repliesEmpty'), () => this.#changed());
    const add = () =>
      this.list.add(
        this.#line({ id: crypto.randomUUID(), shortcut: '', title: '', text: '' }, true),
      );
    this.element = build(
      'form',
      { className: 'panel', 'aria-labelledby': 'replies-title' },
      build('h2', { id: 'replies-title' }, words.say('place.replies')),
      build('p', { className: 'soft' }, words.say('repliesWhy')),
      build(
        'dl',
        { className: 'placeholders' },
        ...PLACEHOLDERS.flatMap((name) => this.#meaning(name)),
      ),
      list,
      build('div', { className: 'row' }, button(words.say('addReply'), add)),
    );
  }

  /** @param {import('./settings-section.js').Site} site @returns {Reply[]} */
  read({ replies, limits }) {
    this.limits = limits;
    return replies.map((/** @type {Reply} */ each) => ({ ...each, shortcut: shortcutOf(each) }));
  }

  /** @returns {Reply[]} */
  value() {
    return this.list.value();
  }

  /** @param {Reply[]} replies */
  show(replies) {
    this.list.show(replies.map((reply) => this.#line(reply, false)));
  }

  check() {
    const { words } = this;
    let isRight = true;
    const complain = (/** @type {Line} */ line, /** @type {string} */ field) => {
      line.complain(field, words.say(`wrong.${field}`));
      isRight = false;
    };
    for (const line of this.list.kept) {
      const { shortcut, text } = line.value();
      if (!/^\S{1,40}$/.test(shortcut)) complain(line, 'shortcut');
      if (!text.trim()) complain(line, 'text');
    }
    isRight = this.#fitTogether() && isRight;
    return (
      this.list.allDiffer(
        'shortcut',
        ({ shortcut }) => shortcut,
        words.say('wrong.sameShortcut'),
      ) && isRight
    );
  }

  /** Show an error at the first reply with which all together are too long or too many. */
  #fitTogether() {
    const { kept } = this.list;
    let left = this.limits.replies_text;
    const at = kept.findIndex((line, number) => {
      left -= [...line.value().text].length;
      return left < 0 || number >= this.limits.replies;
    });
    kept[at]?.complain('text', this.words.say('wrong.repliesTogether', this.limits));
    return at < 0;
  }

  /** @param {string} field */
  blame(field) {
    const [, number, what = ''] = field.split('.');
    const line = this.list.kept[Number(number)];
    line?.complain(what, this.words.say(what === 'text' ? 'wrong.text' : 'wrong.shortcut'));
    return Boolean(line);
  }

  /** @param {typeof PLACEHOLDERS[number]} name */
  #meaning(name) {
    return [
      build('dt', {}, build('code', {}, `{${name}}`)),
      build('dd', {}, this.words.say(`placeholder.${name}`)),
    ];
  }

  /**
   * @param {Reply} reply
   * @param {boolean} isNew
   * @returns {Line}
   */
  #line({ id, shortcut, title, text }, isNew) {
    const { words } = this;
    const fields = {
      shortcut: new Field(
        words.say('shortcut'),
        input('text', {
          value: shortcut,
          maxLength: 40,
          autocapitalize: 'none',
          spellcheck: false,
        }),
        words.say('shortcutHint'),
      ),
      title: new Field(words.say('replyTitle'), input('text', { value: title, maxLength: 200 })),
      text: new Field(
        words.say('replyText'),
        build('textarea', { value: text, rows: 4, maxLength: this.limits.reply_text, dir: 'auto' }),
      ),
    };
    const summary = build('summary', {}, build('code', {}), build('span', { dir: 'auto' }));
    const preview = build('p', { className: 'preview', dir: 'auto' });
    const value = () => ({
      id,
      shortcut: fields.shortcut.control.value.trim().replace(/^\/+/, ''),
      title: fields.title.control.value.trim(),
      text: fields.text.control.value,
    });
    const remove = button(words.say('remove'), () => this.#toggle(line, isNew, remove));
    const show = () => {
      const now = value();
      setText(/** @type {Node} */ (summary.firstChild), `/${now.shortcut}`);
      setText(/** @type {Node} */ (summary.lastChild), now.title || now.text.slice(0, 80));
      setText(preview, fillReply(now.text, this.#example).text || ' ');
    };
    const element = build(
      'li',
      { className: 'line', oninput: show },
      build(
        'details',
        { open: isNew },
        summary,
        build('div', { className: 'pair' }, fields.shortcut.element, fields.title.element),
        fields.text.element,
        this.#inserts(fields.text.control),
        build('div', {}, build('h3', {}, words.say('preview')), preview),
        build('div', { className: 'row' }, remove),
      ),
    );
    show();
    /** @type {Line} */
    const line = {
      element,
      isRemoved: false,
      value,
      complain: (field, said) => (field === 'text' ? fields.text : fields.shortcut).showError(said),
      focus: () =>
        (element.querySelector('details')?.open ? fields.shortcut.control : summary).focus(),
    };
    return line;
  }

  /** The values of the placeholders in the preview. */
  get #example() {
    const { words } = this;
    return replyValues({
      customer: words.say('exampleCustomer'),
      reference: 'K7F3-9QMX',
      technician: words.say('exampleTechnician'),
      topic: words.say('exampleTopic'),
    });
  }

  /** @param {HTMLTextAreaElement} field */
  #inserts(field) {
    const insert = (/** @type {string} */ name) => {
      field.setRangeText(`{${name}}`, field.selectionStart, field.selectionEnd, 'end');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.focus();
    };
    const buttons = PLACEHOLDERS.map((name) =>
      button(`{${name}}`, () => insert(name), { className: 'plain insert' }),
    );
    return build(
      'div',
      { className: 'row', role: 'group', 'aria-label': this.words.say('insert') },
      ...buttons,
    );
  }

  /**
   * @param {Line} line
   * @param {boolean} isNew
   * @param {HTMLElement} remove
   */
  #toggle(line, isNew, remove) {
    if (isNew) return this.list.drop(line);
    line.isRemoved = !line.isRemoved;
    line.element.classList.toggle('removed', line.isRemoved);
    setText(remove, this.words.say(line.isRemoved ? 'keep' : 'remove'));
    this.#changed();
  }
  /** Dispatch a change event for changes by buttons, which cause none. */
  #changed() {
    this.element.dispatchEvent(new Event('change'));
  }
}
