(() => {
  'use strict';

  /**
   * @typedef {object} Item
   * @property {string} folder
   * @property {string} reference
   * @property {string} title
   * @property {string[]} tags
   * @property {boolean} archived
   * @property {string|null} topic
   * @property {string|null} subject
   * @property {number} opened
   * @property {number|null} closed
   * @property {string[]} said
   */
  /**
   * @typedef {Record<'title'|'search'|'none'|'open'|'archived', string>
   *   & {count: {other: string} & Record<string, string>}} Words
   */

  const AROUND = 80;

  /** @param {string} id */
  const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const words = /** @type {Words} */ (JSON.parse(find('words').textContent ?? '{}'));
  const { lang: language } = document.documentElement;
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
  const plurals = new Intl.PluralRules(language);

  /** @param {string} text */
  const folded = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

  const items = /** @type {Item[]} */ (JSON.parse(find('data').textContent ?? '[]'));
  const haystacks = items.map(({ title, subject, topic, reference, tags, said }) =>
    folded([title, subject, topic, reference, ...tags, ...said].join('\n')),
  );

  /**
   * @param {keyof HTMLElementTagNameMap} tag
   * @param {string} text
   * @param {string} [className]
   */
  function build(tag, text, className = '') {
    const element = document.createElement(tag);
    element.textContent = text;
    element.className = className;
    element.dir = 'auto';
    return element;
  }

  /**
   * The first place where one of the words was said, with the word marked.
   *
   * @param {Item} item
   * @param {string[]} wanted
   */
  function excerpt(item, wanted) {
    for (const text of item.said)
      for (const word of wanted) {
        const at = folded(text).indexOf(word);
        if (at >= 0) return marked(text, word, at);
      }
    return build('p', (item.said[0] ?? '').slice(0, 2 * AROUND));
  }

  /**
   * Build a line with the text around a match.
   *
   * @param {string} text
   * @param {string} word folded
   * @param {number} at where the word begins in the folded text
   */
  function marked(text, word, at) {
    const found = text.slice(at, at + word.length);
    const line = build('p', text.slice(Math.max(0, at - AROUND), at));
    // Folding may change lengths; then the place is only near, and nothing is marked.
    line.append(folded(found) === word ? build('mark', found) : found);
    line.append(text.slice(at + word.length, at + word.length + AROUND));
    return line;
  }

  /**
   * @param {Item} item
   * @param {string[]} wanted
   */
  function row(item, wanted) {
    const line = document.createElement('li');
    const link = build('a', item.title || item.subject || item.topic || item.reference);
    link.setAttribute('href', `${item.folder}/transcript.html`);
    const states = [item.closed === null && words.open, item.archived && words.archived];
    const facts = [date.format(item.opened), item.reference, item.topic, ...item.tags, ...states];
    line.append(link, build('p', facts.filter(Boolean).join(' · '), 'soft'), excerpt(item, wanted));
    return line;
  }

  function show() {
    const field = /** @type {HTMLInputElement} */ (find('search'));
    const wanted = folded(field.value).split(/\s+/).filter(Boolean);
    const found = items.filter((_, number) =>
      wanted.every((word) => haystacks[number]?.includes(word)),
    );
    const count = words.count[plurals.select(found.length)] ?? words.count.other ?? '{count}';
    find('count').textContent = found.length
      ? count.replace('{count}', String(found.length))
      : words.none;
    find('list').replaceChildren(...found.map((item) => row(item, wanted)));
  }

  document.title = words.title;
  find('title').textContent = words.title;
  find('search-label').textContent = words.search;
  find('search').addEventListener('input', show);
  show();
})();
