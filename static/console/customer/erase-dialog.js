import { build, setText } from '../../elements/dom.js';
import { saveFile } from '../../elements/save-file.js';
import { Http } from '../../lib/http.js';

/**
 * Erase a customer and all of the customer's messages, after a confirmation by name; then offer the
 * receipt as a file.
 *
 * @param {import('../../lib/i18n.js').Words} words
 * @param {import('../../lib/types.js').Summary} summary one of the customer's conversations
 */
export function eraseDialog(words, { conversation, reference, customer }) {
  const name = customer.name || words.say('unnamed');
  const sure = build('input', { type: 'checkbox', required: true });
  const problem = build('p', { className: 'problem', role: 'alert' });
  const submit = build('button', { className: 'danger' }, words.say('eraseNow', { name }));
  const close = { type: 'button', onclick: () => dialog.close() };
  /** @param {Event} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    setText(problem, '');
    submit.disabled = true;
    try {
      const path = `/conversations/${encodeURIComponent(conversation)}/customer/erase`;
      done(await new Http(words).post(path, {}));
    } catch (error) {
      setText(problem, /** @type {Error} */ (error).message);
    }
    submit.disabled = false;
  };
  /** @param {{receipt: string, held: string[]}} answer */
  const done = ({ receipt, held }) => {
    const blob = new Blob([receipt], { type: 'text/plain' });
    const onclick = () => saveFile(blob, `${reference}-erased.txt`);
    const save = build(
      'button',
      { type: 'button', className: 'primary', onclick },
      words.say('eraseReceipt'),
    );
    const told = words.say(held.length ? 'erasedButHeld' : 'erased', {
      references: held.join(', '),
    });
    form.replaceChildren(
      build('h2', {}, words.say('eraseCustomer')),
      build('p', { role: 'status' }, told),
      build('pre', { className: 'receipt', tabIndex: 0 }, receipt),
      build('div', { className: 'row' }, build('button', close, words.say('close')), save),
    );
    save.focus();
  };
  const form = build(
    'form',
    { onsubmit },
    build('h2', {}, words.say('eraseCustomer')),
    build('p', {}, words.say('eraseMeaning')),
    build('label', { className: 'check' }, sure, words.say('eraseAsked', { name })),
    problem,
    build('div', { className: 'row' }, build('button', close, words.say('cancel')), submit),
  );
  const title = words.say('eraseCustomer');
  const dialog = build('dialog', { className: 'erase', 'aria-label': title }, form);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  sure.focus();
}
