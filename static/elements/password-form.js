import { build, setText } from './dom.js';

const MIN_LENGTH = 10;

/**
 * Build the form with which a technician chooses another password.
 *
 * @param {import('../lib/i18n.js').Words} words
 * @param {import('../lib/http.js').Http} http
 */
export function passwordForm(words, http) {
  const password = build('input', {
    type: 'password',
    required: true,
    minLength: MIN_LENGTH,
    autocomplete: 'new-password',
  });
  const problem = build('p', { className: 'problem', role: 'alert' });
  const done = build('p', { className: 'soft', role: 'status' });
  const summary = build('summary', {}, words.say('changePassword'));
  const save = build('button', { className: 'primary' }, words.say('savePassword'));
  const form = build(
    'form',
    {},
    build('label', {}, words.say('newPassword'), password),
    problem,
    save,
  );
  const element = build('details', {}, summary, form);
  /** @param {Event} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    setText(problem, '');
    save.disabled = true;
    try {
      await http.post('/password', { password: password.value });
      form.reset();
      element.open = false;
      summary.focus();
      setText(done, words.say('passwordSaved'));
    } catch (error) {
      setText(problem, /** @type {Error} */ (error).message);
      password.focus();
    }
    save.disabled = false;
  };
  form.addEventListener('submit', onsubmit);
  element.addEventListener('toggle', () => {
    if (!element.open) return;
    setText(done, '');
    password.focus();
  });
  return build('div', {}, element, done);
}
