import { build } from './dom.js';
import { fileName } from './file-name.js';

/** @typedef {import('../lib/types.js').OutgoingMessage} OutgoingMessage */

/**
 * Build the card of a file during its upload: its progress, and a button to cancel it, which
 * dispatches `discard` (id).
 *
 * @param {import('../lib/types.js').View} view
 * @param {OutgoingMessage} message
 * @returns {import('./keyed-list.js').Row<OutgoingMessage>}
 */
export function uploadCard({ words }, { id, file }) {
  if (!file) throw new Error('this message has no file');
  const label = words.say('uploading', { name: file.name });
  const bar = build('progress', { max: 1, 'aria-label': label });
  const cancel = build('button', { type: 'button', className: 'plain' }, words.say('cancel'));
  cancel.addEventListener('click', () =>
    cancel.dispatchEvent(new CustomEvent('discard', { detail: id, bubbles: true })),
  );
  const row = build('div', { className: 'facts' }, ...fileName(file, words.locale), cancel);
  const element = build('div', { className: 'file-card' }, row, bar);
  const show = (/** @type {OutgoingMessage} */ { progress = 0, failed, upload }) => {
    bar.value = progress;
    bar.hidden = Boolean(failed);
    cancel.hidden = Boolean(failed ?? upload);
  };
  return { element, show };
}
