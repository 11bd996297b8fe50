import { build, setText } from '../../elements/dom.js';
import { TargetPicker } from './target-picker.js';
import { transferTargets } from './transfer-targets.js';

/**
 * Open a dialog to transfer a conversation to a colleague, with the current load of each, or to a
 * topic. Full targets are marked and can be chosen.
 *
 * @param {import('../../lib/i18n.js').Words} words
 * @param {import('../../lib/technician-session.js').TechnicianSession} session
 * @param {string} conversation
 */
export function transferDialog(words, session, conversation) {
  const note = build('textarea', { rows: 2, maxLength: 8_000 });
  const problem = build('p', { className: 'problem', role: 'alert' });
  const submit = build('button', { className: 'primary' }, words.say('transfer'));
  const chosen = () => {
    submit.disabled = picker.chosen === null;
  };
  const picker = new TargetPicker(words, () => {
    chosen();
    if (picker.chosen) note.focus();
  });
  const offer = () => {
    const { colleagues, me, welcome } = session;
    picker.offer(transferTargets([...colleagues.values()], welcome.topics ?? [], me.id));
    chosen();
  };
  /** @param {Event} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    const target = picker.chosen;
    if (!target) return;
    const text = note.value.trim();
    setText(problem, '');
    try {
      const to = { [target.kind]: target.id, ...(text && { note: text }) };
      await session.request('transfer', { conversation, ...to });
      dialog.close();
    } catch (error) {
      setText(problem, /** @type {Error} */ (error).message);
    }
  };
  const cancel = { type: 'button', onclick: () => dialog.close() };
  const form = build(
    'form',
    { onsubmit },
    build('h2', {}, words.say('transfer')),
    picker.element,
    build('label', {}, words.say('transferNote'), note),
    problem,
    build('div', { className: 'row' }, build('button', cancel, words.say('cancel')), submit),
  );
  const dialog = build(
    'dialog',
    { className: 'transfer', 'aria-label': words.say('transfer') },
    form,
  );
  const unfollow = session.on('presence', offer);
  dialog.addEventListener('close', () => {
    unfollow();
    dialog.remove();
  });
  document.body.append(dialog);
  offer();
  dialog.showModal();
  picker.field.focus();
}
