import { build } from '../../elements/dom.js';

/**
 * Open a modal dialog. Escape and its button close and remove it, and the focus returns to where it
 * was.
 *
 * @param {import('../../lib/i18n.js').Words} words
 * @param {string} title
 * @param {Record<string, any>} properties
 * @param {...(Node|string)} children
 */
export function dialog(words, title, properties, ...children) {
  const close = { type: 'button', className: 'primary', onclick: () => element.close() };
  const element = build(
    'dialog',
    { 'aria-label': title, ...properties },
    build('h2', {}, title),
    ...children,
    build('div', { className: 'row' }, build('button', close, words.say('close'))),
  );
  element.addEventListener('close', () => element.remove());
  document.body.append(element);
  element.showModal();
  return element;
}
