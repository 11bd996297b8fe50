import { blocks } from '../lib/text-blocks.js';
import { copyText } from './clipboard.js';
import { build } from './dom.js';
import { plainText, runs } from './text-runs.js';

/** @typedef {import('../lib/i18n.js').Words} Words */
/** @typedef {import('../lib/text-blocks.js').Block} Block */

const CONFIRMATION_MS = 2_000;

/**
 * Build the nodes of a message with code, commands or quotes.
 *
 * @param {Words} words
 * @param {string} text
 * @returns {Node[]}
 */
export function richText(words, text) {
  return blocks(text).map((block) => show(words, block));
}

/**
 * @param {Words} words
 * @param {Block} block
 */
function show(words, block) {
  switch (block.kind) {
    case 'text':
      return build('p', { dir: 'auto' }, ...runs(block.runs));
    case 'quote':
      return build('blockquote', { dir: 'auto' }, ...runs(block.runs));
    case 'code':
      return copyable(words, block.text, plainText(block.text));
    case 'command':
      return commands(words, block.lines);
  }
}

/**
 * @param {Words} words
 * @param {{prompt: string, text: string}[]} lines
 */
function commands(words, lines) {
  const shown = lines.map(({ prompt, text }) =>
    build(
      'span',
      { className: 'command' },
      prompt && build('span', { className: 'prompt', 'aria-hidden': 'true' }, prompt),
      ...plainText(text),
    ),
  );
  return copyable(words, lines.map(({ text }) => text).join('\n'), shown);
}

/**
 * @param {Words} words
 * @param {string} text
 * @param {(Node|string)[]} shown
 */
function copyable(words, text, shown) {
  const copy = build('button', { type: 'button', className: 'copy' }, words.say('copyCode'));
  copy.addEventListener('click', async () => {
    const said = words.say((await copyText(text)) ? 'codeCopied' : 'codeNotCopied');
    copy.dispatchEvent(new CustomEvent('said', { detail: said, bubbles: true }));
    copy.textContent = said;
    setTimeout(() => (copy.textContent = words.say('copyCode')), CONFIRMATION_MS);
  });
  const code = build('code', {}, ...shown);
  return build('div', { className: 'code', dir: 'ltr' }, build('pre', {}, code), copy);
}
