import { MailForm } from '../archive/mail-form.js';
import { fetchWords } from '../elements/page-words.js';
import { Http } from '../lib/http.js';
import { Words } from '../lib/i18n.js';

/**
 * Make the page of the menu that e-mails a transcript: the archive's form, with the session's token
 * for its requests.
 *
 * @param {import('../lib/session.js').Session} session
 * @param {Words} panelWords
 * @param {() => void} oncancel
 */
export async function mailPage(session, { language }, oncancel) {
  const words = new Words(language, await fetchWords('archive', language));
  const http = new Http(words, () => ({ Authorization: `Bearer ${session.welcome.token}` }));
  const form = new MailForm(words, http);
  form.know(session.welcome.mail.address);
  form.element.addEventListener('cancel', oncancel);
  return { element: form.element, enter: form.open.bind(form) };
}
