import { build, find } from '../elements/build.js';
import { pageWords } from '../elements/words.js';

const words = await pageWords('login');
const place = find(document, '#login');
const link = new URLSearchParams(location.hash.slice(1)).get('link');
// The secret leaves the address bar and the history before anything else happens.
if (link) history.replaceState(null, '', '/login');
document.title = words.say('signIn');

/**
 * @param {string} path
 * @param {Record<string, string>} body
 */
async function post(path, body) {
  const headers = { 'Content-Type': 'application/json' };
  const sent = fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await sent.catch(() => {
    throw new Error(words.say('unreachable'));
  });
  const text = await answer.text();
  const document = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Error(document.detail ?? answer.statusText);
  return document;
}

/**
 * @param {string} label
 * @param {Record<string, unknown>} properties
 */
function field(label, properties) {
  const input = build('input', { required: true, ...properties });
  return { input, element: build('label', {}, words.say(label), input) };
}

/**
 * @param {(Node|string)[]} parts
 * @param {string} button
 * @param {() => Promise<void>} act
 */
function form(parts, button, act) {
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
      problem.textContent = /** @type {Error} */ (error).message;
    }
    submit.disabled = false;
  };
  const element = build('form', { onsubmit }, ...parts, problem, submit);
  place.replaceChildren(build('h1', {}, words.say('signIn')), element);
  return element;
}

/** @param {{password_set: boolean}} signedIn */
function welcome({ password_set: hasPassword }) {
  if (hasPassword) return location.assign('/console');
  const password = field('newPassword', {
    type: 'password',
    minLength: 10,
    autocomplete: 'new-password',
  });
  const element = form([build('p', {}, words.say('choosePassword')), password.element], 'save', async () => {
    await post('/password', { password: password.input.value });
    location.assign('/console');
  });
  element.append(
    build(
      'button',
      { type: 'button', onclick: () => location.assign('/console') },
      words.say('skip'),
    ),
  );
}

function askPassword() {
  const login = field('login', { autocomplete: 'username', autocapitalize: 'none' });
  const password = field('password', { type: 'password', autocomplete: 'current-password' });
  form([login.element, password.element], 'signIn', async () =>
    welcome(await post('/login', { login: login.input.value, password: password.input.value })),
  );
  login.input.focus();
}

if (link)
  form([build('p', {}, words.say('linkFound'))], 'signIn', async () => welcome(await post('/login', { link })));
else askPassword();
