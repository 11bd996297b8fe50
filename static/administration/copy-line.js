import { copyText } from '../elements/clipboard.js';
import { build, setText } from '../elements/dom.js';
import { button } from './field.js';

/**
 * Build a read-only line with a button that copies it and confirms.
 *
 * @param {import('../lib/i18n.js').Words} words
 * @param {string} label
 * @param {string} line
 */
export function copyLine(words, label, line) {
  const text = build('input', {
    readOnly: true,
    value: line,
    dir: 'ltr',
    onfocus: () => text.select(),
  });
  const said = build('span', { className: 'soft', role: 'status' });
  const copy = async () => {
    const isCopied = await copyText(line);
    if (!isCopied) text.focus();
    setText(said, words.say(isCopied ? 'copied' : 'copyByHand'));
  };
  return build(
    'div',
    { className: 'copy-line' },
    build('label', {}, label, text),
    button(words.say('copy'), copy),
    said,
  );
}
