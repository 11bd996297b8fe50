import { MailForm } from '../archive/mail-form.js';
import { fetchWords } from '../elements/page-words.js';
import { Http } from '../lib/http.js';
import { Words } from '../lib/i18n.js';

/**
 * Make the archive's form that e-mails a transcript, with the session's token for its requests.
 *
 * @param {import('../lib/session.js').Session} session
 * @param {string} language
 */
export async function mailForm(session, language) {
  const words = new Words(language, await fetchWords('archive', language));
  const http = new Http(words, () => ({ Authorization: `Bearer ${session.welcome.token}` }));
  const form = new MailForm(words, http);
  form.know(session.welcome.mail.address);
  return form;
}
