import { build, find } from '../elements/dom.js';
import { wantedLanguages } from '../elements/language-choice.js';
import { pageWords } from '../elements/page-words.js';
import { Http } from '../lib/http.js';

const words = await pageWords('login', wantedLanguages());
const http = new Http(words);
document.title = words.say('refused');

const problem = build('p', { className: 'problem', role: 'alert' });

/** Sign out, and return here after signing in as another technician. */
async function signInAsAnother() {
  problem.textContent = '';
  try {
    await http.post('/logout', {});
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  } catch (error) {
    problem.textContent = /** @type {Error} */ (error).message;
  }
}

find(document, '#refused').append(
  build('h1', {}, words.say('refused')),
  build('p', { className: 'soft' }, words.say('refusedWhy')),
  problem,
  build('a', { href: '/console', className: 'button primary' }, words.say('toConsole')),
  build('button', { type: 'button', onclick: signInAsAnother }, words.say('asAnother')),
);
