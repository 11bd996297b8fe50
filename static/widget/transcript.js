import { copyText } from '../elements/clipboard.js';
import { saveFile } from '../elements/save-file.js';

/** @typedef {import('../lib/session.js').Session} Session */

export const FORMATS = /** @type {const} */ (['txt', 'md', 'html', 'json', 'pdf', 'zip']);

/**
 * The whole conversation as the server writes it, in the panel's language and the browser's zone.
 *
 * @param {Session} session
 * @param {string} conversation
 * @param {typeof FORMATS[number]} format
 * @returns {Promise<Blob>}
 */
export async function transcript(session, conversation, format) {
  const url = new URL(`/conversations/${conversation}/transcript.${format}`, location.href);
  url.searchParams.set('timezone', Intl.DateTimeFormat().resolvedOptions().timeZone);
  url.searchParams.set('language', document.documentElement.lang);
  const headers = { Authorization: `Bearer ${session.welcome.token}` };
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.blob();
}

/**
 * Give the conversation as a file.
 *
 * @param {Session} session
 * @param {string} conversation
 * @param {typeof FORMATS[number]} format
 */
export async function download(session, conversation, format) {
  const { reference } = session.conversations.get(conversation)?.summary ?? {};
  const content = await transcript(session, conversation, format);
  saveFile(content, `${reference || conversation}.${format}`);
}

/**
 * Put the conversation on the clipboard, each message with its time. Browsers that count the click
 * for a moment only are promised the text at once.
 *
 * @param {Session} session
 * @param {string} conversation
 */
export async function copy(session, conversation) {
  const text = transcript(session, conversation, 'txt').then((blob) => blob.text());
  try {
    const plain = text.then((words) => new Blob([words], { type: 'text/plain' }));
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': plain })]);
  } catch {
    if (!(await copyText(await text))) throw new Error('the browser does not copy');
  }
}
