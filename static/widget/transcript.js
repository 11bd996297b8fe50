import { copyText } from '../elements/clipboard.js';
import { saveFile } from '../elements/save-file.js';

/** @typedef {import('../lib/session.js').Session} Session */

/**
 * Fetch the transcript of a conversation, with times in the browser's time zone.
 *
 * @param {Session} session
 * @param {string} conversation
 * @param {string} format
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
 * Offer the transcript as a download.
 *
 * @param {Session} session
 * @param {string} conversation
 * @param {string} format
 */
export async function download(session, conversation, format) {
  const { reference } = session.conversations.get(conversation)?.summary ?? {};
  const content = await transcript(session, conversation, format);
  saveFile(content, `${reference || conversation}.${format}`);
}

/**
 * Copy the transcript as text. The clipboard gets a promise of the text, because some browsers
 * allow writing only for a moment after the click.
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
    // Browsers without ClipboardItem, or with the API blocked.
    if (!(await copyText(await text))) throw new Error('the browser does not copy');
  }
}
