import { build } from '../elements/dom.js';
import { copyLine } from './copy-line.js';
import { Field, input, select } from './field.js';
import { Preview } from './preview.js';

/** @typedef {import('./preview.js').Look} Look */

/** The form for the appearance of the widget, with a preview. */
export class WidgetForm {
  #isEntered = false;

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.accent = new Field(
      words.say('accent'),
      input('text', { maxLength: 7, spellcheck: false, className: 'hex' }),
    );
    this.picker = input('color', {
      'aria-label': words.say('accentPicker'),
      oninput: () => this.#picked(),
    });
    this.position = new Field(
      words.say('position'),
      select([
        ['right', words.say('right')],
        ['left', words.say('left')],
      ]),
    );
    this.title = new Field(
      words.say('widgetTitle'),
      input('text', { maxLength: 200, dir: 'auto' }),
      words.say('emptyIsOwn'),
    );
    this.greeting = new Field(
      words.say('greeting'),
      build('textarea', { rows: 3, maxLength: 500, dir: 'auto' }),
      words.say('emptyIsOwn'),
    );
    this.label = new Field(
      words.say('label'),
      input('text', { maxLength: 200, dir: 'auto' }),
      words.say('labelHint'),
    );
    this.language = new Field(
      words.say('language'),
      select([['auto', words.say('language.auto')], ...languageNames(words.locale)]),
    );
    this.accent.control.addEventListener('input', () => this.#showColour());
    this.preview = new Preview(words);
    this.embedding = build('section', { className: 'panel', 'aria-labelledby': 'embed-title' });
    this.element = build(
      'form',
      { className: 'panel', 'aria-labelledby': 'widget-title' },
      build('h2', { id: 'widget-title' }, words.say('place.widget')),
      build('div', { className: 'colour' }, this.picker, this.accent.element),
      ...[this.position, this.title, this.greeting, this.label, this.language].map(
        ({ element }) => element,
      ),
    );
    for (const event of ['input', 'change'])
      this.element.addEventListener(event, () => this.preview.show(this.value()));
    this.place = build(
      'div',
      { className: 'forms widget' },
      build('div', { className: 'looks' }, this.element, this.preview.element),
      this.embedding,
    );
  }

  /** Load the preview when the section is shown. */
  enter() {
    this.#isEntered = true;
    this.preview.start(this.value());
  }

  /** @param {import('./settings-section.js').Site} site @returns {Look} */
  read(site) {
    this.#showEmbedding(site);
    const { accent, position, label, title, greeting, language } = site.widget;
    return { accent, position, label, title, greeting, language };
  }

  /** @returns {Look} */
  value() {
    return {
      accent: this.accent.control.value.trim().toLowerCase(),
      position: this.position.control.value,
      label: this.label.control.value.trim(),
      title: this.title.control.value.trim(),
      greeting: this.greeting.control.value.trim(),
      language: this.language.control.value,
    };
  }

  /** @param {Look} look */
  show(look) {
    for (const name of /** @type {(keyof Look)[]} */ (Object.keys(look))) {
      this[name].control.value = look[name];
      this[name].showError('');
    }
    this.#showColour();
    if (this.#isEntered) this.preview.show(look);
  }

  check() {
    const isColour = /^#[0-9a-f]{6}$/.test(this.value().accent);
    this.accent.showError(isColour ? '' : this.words.say('wrong.accent'));
    return isColour;
  }

  /** @param {string} field */
  blame(field) {
    const [, name = ''] = field.split('.');
    if (name !== 'accent') return false;
    this.accent.showError(this.words.say('wrong.accent'));
    return true;
  }

  #picked() {
    this.accent.control.value = this.picker.value;
    this.accent.showError('');
  }

  #showColour() {
    const { accent } = this.value();
    if (/^#[0-9a-f]{6}$/.test(accent)) this.picker.value = accent;
  }

  /** @param {import('./settings-section.js').Site} site */
  #showEmbedding({ url, allowed_origins: allowed }) {
    const { words } = this;
    const origin = url ?? location.origin;
    const script = `<script async src="${origin}/widget.js"></script>`;
    const policy = `script-src ${origin}; frame-src ${origin}`;
    const text = allowed.length
      ? words.say('allowed', { origins: allowed.join(', ') })
      : words.say('allowedNone');
    if (this.embedding.dataset.shown === script + text) return;
    this.embedding.dataset.shown = script + text;
    this.embedding.replaceChildren(
      build('h2', { id: 'embed-title' }, words.say('embed')),
      build('p', { className: 'soft' }, words.say('embedWhy')),
      copyLine(words, words.say('embedLine'), script),
      build('p', {}, text),
      build('p', { className: 'soft' }, words.say('policyWhy')),
      copyLine(words, words.say('policyLine'), policy),
    );
  }
}

/**
 * The languages that there are, each with its name in the reader's.
 *
 * @param {string} locale BCP 47
 * @returns {[string, string][]}
 */
function languageNames(locale) {
  const codes = (document.documentElement.dataset.languages ?? '').split(' ');
  const names = new Intl.DisplayNames(locale, { type: 'language' });
  return codes.map((code) => [code, names.of(code) ?? code]);
}
