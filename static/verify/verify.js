import { build, find } from '../elements/dom.js';
import { wantedLanguages } from '../elements/language-choice.js';
import { pageWords } from '../elements/page-words.js';
import { Http } from '../lib/http.js';
import { codeIn, placesOf, sentences, worstFirst } from './findings.js';

/** @typedef {import('./findings.js').Report} Report */
/** @typedef {import('../lib/http.js').Problem} Problem */

const words = await pageWords('verify', wantedLanguages());
const http = new Http(words);
document.title = words.say('title');

const input = build('input', { type: 'file', onchange: () => take(input.files) });
const findings = build('div', { className: 'findings', role: 'status' });
const drop = build(
  'label',
  { className: 'drop' },
  input,
  build('strong', {}, words.say('choose')),
  build('span', { className: 'soft' }, words.say('drop')),
);
find(document, '#verify').append(
  build('h1', {}, words.say('title')),
  build('p', { className: 'soft' }, words.say('lead')),
  drop,
  findings,
  build('h2', {}, words.say('yourself')),
  build('p', { className: 'soft' }, words.say('yourselfHow')),
  build(
    'p',
    {},
    build('a', { href: '/.well-known/site-key.pub.pem', download: '' }, words.say('key')),
  ),
);

/**
 * @param {string} look
 * @param {string} title
 * @param {...(Node|string|null)} parts
 */
function show(look, title, ...parts) {
  const said = parts.map((part) => (typeof part === 'string' ? build('p', {}, part) : part));
  findings.append(
    build('section', { className: `finding ${look}` }, build('h2', {}, title), ...said),
  );
}

/** @param {Report} report */
function showReport(report) {
  const [title = '', ...why] = sentences(words, report);
  const where = placesOf(words, report);
  const list = build('ul', {}, ...where.map((place) => build('li', { dir: 'auto' }, place)));
  const name = build('p', { className: 'soft', dir: 'auto' }, report.name);
  show(report.finding, title, name, ...why, where.length > 0 ? list : null);
}

/** @param {FileList|null|undefined} files */
async function take(files) {
  const file = files?.[0];
  if (!file) return;
  findings.replaceChildren(
    build('p', { className: 'soft', dir: 'auto' }, words.say('checking', { name: file.name })),
  );
  const asked = http.postFile('/verify', file);
  try {
    const { reports } = await asked;
    findings.replaceChildren();
    for (const report of worstFirst(reports)) showReport(report);
  } catch (error) {
    const { code, message } = /** @type {Problem} */ (error);
    findings.replaceChildren();
    if (code === 'invalid') show('', words.say('unrecognised'), words.say('unrecognisedWhy'));
    else show('', words.say('failed'), code === 'too_long' ? words.say('tooLarge') : message);
  }
  // This lets the same file be chosen again.
  input.value = '';
}

/** Show the content of the QR code on a printed transcript. */
async function confirmCode() {
  const code = codeIn(location.hash);
  if (!code) return;
  findings.replaceChildren();
  try {
    /** @type {Report} */
    const report = await http.get(`/verify/${code.reference}/${code.head}`);
    const [, , detail = ''] = sentences(words, report);
    show('genuine', words.say('codeGenuine'), detail, words.say('codeGenuineWhy'));
  } catch (error) {
    const { code: refusal, message } = /** @type {Problem} */ (error);
    if (refusal === 'not_found')
      show('changed', words.say('codeUnknown'), words.say('codeUnknownWhy'));
    else show('', words.say('failed'), message);
  }
}

for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  // On the whole page, because the browser would open a file that is dropped beside the field.
  document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle('over', name === 'dragenter' || name === 'dragover');
  });
}
document.addEventListener('drop', (event) => void take(event.dataTransfer?.files));
addEventListener('hashchange', () => void confirmCode());
await confirmCode();
