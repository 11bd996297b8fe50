import { build } from '../elements/build.js';

/** @typedef {import('./panel.js').Panel} Panel */

export const FORMATS = /** @type {const} */ (['txt', 'md', 'html', 'json', 'pdf']);

/**
 * The whole conversation as the server writes it, with times in this browser's zone.
 *
 * @param {Panel} panel
 * @param {string} conversation
 * @param {typeof FORMATS[number]} format
 * @returns {Promise<Blob>}
 */
export async function transcript({ session }, conversation, format) {
  const url = new URL(`/conversations/${conversation}/transcript.${format}`, location.href);
  url.searchParams.set('timezone', Intl.DateTimeFormat().resolvedOptions().timeZone);
  const headers = { Authorization: `Bearer ${session.welcome.token}` };
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.blob();
}

/**
 * Give the conversation as a file.
 *
 * @param {Panel} panel
 * @param {string} conversation
 * @param {typeof FORMATS[number]} format
 */
export async function download(panel, conversation, format) {
  const { reference } = panel.session.conversations.get(conversation)?.summary ?? {};
  const href = URL.createObjectURL(await transcript(panel, conversation, format));
  build('a', { href, download: `${reference || conversation}.${format}` }).click();
  // Some browsers read the address only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/**
 * Put the conversation on the clipboard, each message with its time. Must be called while the
 * browser still counts the click: the text is promised, and may arrive later.
 *
 * @param {Panel} panel
 * @param {string} conversation
 */
export async function copy(panel, conversation) {
  const text = transcript(panel, conversation, 'txt');
  const plain = text.then((blob) => new Blob([blob], { type: 'text/plain' }));
  await navigator.clipboard.write([new ClipboardItem({ 'text/plain': plain })]);
}
