import { build, find } from '../elements/dom.js';
import { wantedLanguages } from '../elements/language-choice.js';
import { pageWords } from '../elements/page-words.js';
import { Http } from '../lib/http.js';
import { nextPath } from './next-path.js';

/** @typedef {import('../lib/http.js').Problem} Problem */

const MIN_PASSWORD_LENGTH = 10;

const wanted = nextPath(new URL(location.href));
const link = takeLink();
const words = await pageWords('login', wantedLanguages());
const http = new Http(words);
const place = find(document, '#login');
document.title = words.say('signIn');

const go = () => location.assign(wanted);

/**
 * @param {string} label
 * @param {Record<string, unknown>} properties
 */
function field(label, properties) {
  const input = build('input', { required: true, ...properties });
  return { input, element: build('label', {}, words.say(label), input) };
}

/**
 * Build a password field with a hint about Caps Lock.
 *
 * @param {string} label
 * @param {Record<string, unknown>} properties
 */
function passwordField(label, properties) {
  const { input, element } = field(label, { type: 'password', ...properties });
  const hint = build('p', { className: 'hint', role: 'status' });
  /** @param {Event} event */
  const look = (event) => {
    // A password manager causes key events without modifier state.
    const isOn = event instanceof KeyboardEvent && event.getModifierState('CapsLock');
    hint.textContent = isOn ? words.say('capsLock') : '';
  };
  for (const name of ['keydown', 'keyup']) input.addEventListener(name, look);
  input.addEventListener('blur', () => (hint.textContent = ''));
  element.append(hint);
  return { input, element };
}

/**
 * @param {{title: string, parts: (Node|string)[], button: string, act: () => Promise<void>,
 *   refused: string}} what `refused` is shown for wrong credentials
 */
function form({ title, parts, button, act, refused }) {
  const problem = build('p', { className: 'problem', role: 'alert' });
  const submit = build('button', { className: 'primary' }, words.say(button));
  /** @param {Event} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    submit.disabled = true;
    problem.textContent = '';
    try {
      await act();
    } catch (error) {
      const { code, message } = /** @type {Problem} */ (error);
      problem.textContent = code === 'not_signed_in' ? words.say(refused) : message;
      submit.disabled = false;
      place.querySelector('input')?.focus();
      return;
    }
    submit.disabled = false;
  };
  const element = build('form', { onsubmit }, ...parts, problem, submit);
  place.replaceChildren(build('h1', {}, words.say(title)), element);
  return element;
}

/** @param {{password_set: boolean}} signedIn */
function welcome({ password_set: hasPassword }) {
  if (hasPassword) return go();
  const autocomplete = 'new-password';
  const password = passwordField('newPassword', { minLength: MIN_PASSWORD_LENGTH, autocomplete });
  const element = form({
    title: 'welcome',
    parts: [build('p', { className: 'soft' }, words.say('choosePassword')), password.element],
    button: 'save',
    refused: 'signInAgain',
    act: async () => {
      await http.post('/password', { password: password.input.value });
      go();
    },
  });
  element.append(build('button', { type: 'button', onclick: go }, words.say('skip')));
  password.input.focus();
}

function askPassword() {
  const login = field('login', {
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: false,
  });
  const password = passwordField('password', { autocomplete: 'current-password' });
  form({
    title: 'signIn',
    parts: [login.element, password.element],
    button: 'signIn',
    refused: 'wrong',
    act: async () =>
      welcome(
        await http.post('/login', { login: login.input.value, password: password.input.value }),
      ),
  }).append(build('p', { className: 'soft small' }, words.say('noPassword')));
  login.input.focus();
}

/** @param {string} secret */
function offerLink(secret) {
  const other = build(
    'button',
    { type: 'button', className: 'plain', onclick: askPassword },
    words.say('usePassword'),
  );
  const element = form({
    title: 'signIn',
    parts: [build('p', { className: 'soft' }, words.say('linkFound'))],
    button: 'signIn',
    refused: 'linkSpent',
    act: async () => welcome(await http.post('/login', { link: secret })),
  });
  element.append(other);
  find(element, '.primary').focus();
}

/** Take the secret of a one-time link out of the address bar and the history. */
function takeLink() {
  const secret = new URLSearchParams(location.hash.slice(1)).get('link');
  if (secret) history.replaceState(null, '', location.pathname + location.search);
  return secret;
}

// Opening another link on this page changes only the fragment and does not load it again.
window.addEventListener('hashchange', () => {
  const another = takeLink();
  if (another) offerLink(another);
});
if (link) offerLink(link);
else askPassword();
