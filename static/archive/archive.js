import { build, find } from '../elements/dom.js';
import { wantedLanguages } from '../elements/language-choice.js';
import { pageWords } from '../elements/page-words.js';
import { PersonalMenu } from '../elements/personal-menu.js';
import { Http } from '../lib/http.js';
import { ArchiveLogin } from './archive-login.js';
import { ConversationReader } from './conversation-reader.js';
import { OwnConversations } from './own-conversations.js';

/** @typedef {import('../lib/http.js').Problem} Problem */

const words = await pageWords('archive', wantedLanguages());
const http = new Http(words);
const main = find(document, 'main');
const reading = new ConversationReader(words, http, {
  changed: (said) => list.reload(said),
  canReopen: (item) => list.canReopen(item),
});
const list = new OwnConversations(words, http, outside, (mail) => reading.allowMail(mail));
const entrance = new ArchiveLogin(words, http);
// Before anything else the secret is removed from the address bar and the history.
const secret = takeKey();
document.title = words.say('title');
const menu = new PersonalMenu();
find(document, '.top').append(menu);
menu.show(words, {});
find(document, 'h1').textContent = words.say('title');

/** Show how to open an archive. @param {Problem} [problem] */
function outside(problem) {
  find(document, 'nav').replaceChildren();
  menu.offer(words, []);
  main.className = 'outside';
  main.replaceChildren(entrance.element);
  entrance.show(problem);
}

/** @param {boolean} everywhere */
async function leave(everywhere) {
  await http.post('/archive/leave', { everywhere }).catch(() => undefined);
  outside();
}

/** Show the open archive. */
async function show() {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const query = new URLSearchParams({ timezone, language: words.language });
  find(document, 'nav').replaceChildren(
    build(
      'a',
      {
        className: 'button',
        href: `/archive.zip?${query}`,
        download: '',
      },
      words.say('everything'),
    ),
  );
  menu.offer(words, [
    { name: words.say('leave'), run: () => leave(false) },
    {
      name: words.say('leaveEverywhere'),
      run: () => leave(true),
      warning: () => words.say('leaveEverywhereSure'),
    },
  ]);
  main.className = 'inside';
  main.replaceChildren(list.element, reading.element);
  await list.reload();
  follow();
}

/** Show the conversation of the URL fragment; the browser's Back button leads back. */
function follow() {
  if (main.className !== 'inside') return;
  const id = new URLSearchParams(location.hash.slice(1)).get('c') ?? '';
  main.toggleAttribute('data-reading', Boolean(id));
  const left = list.choose(id);
  if (id) reading.open(id, list.item(id), list.text, list.topics);
  else {
    reading.clear();
    left?.focus();
  }
}

/** @param {string} key */
async function enter(key) {
  try {
    await http.post('/archive/open', { key });
  } catch (error) {
    return outside(/** @type {Problem} */ (error));
  }
  return show();
}

/** Take the secret of a mailed link out of the address bar and the history. */
function takeKey() {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key) history.replaceState(null, '', location.pathname);
  return key;
}

addEventListener('hashchange', () => {
  // A mailed link that is pasted into this page changes only the fragment.
  const key = takeKey();
  if (key) void enter(key);
  else follow();
});
if (secret) await enter(secret);
else await show();
