import { build } from '../elements/build.js';
import { setText } from '../elements/rows.js';

/** @typedef {import('./console.js').Desk} Desk */

/**
 * Hand a conversation over to a colleague, who is shown with their load as it is now, or to a
 * topic.
 *
 * @param {Desk} desk
 * @param {string} conversation
 */
export function transferDialog(desk, conversation) {
  const { words, session } = desk;
  const target = build('select');
  const note = build('textarea', { rows: 2, maxLength: 8_000 });
  const problem = build('p', { className: 'problem', role: 'alert' });
  const submit = build('button', { className: 'primary' }, words.say('transfer'));
  const offer = () => {
    offerTargets(desk, target);
    const isAlone = target.options.length === 0;
    submit.disabled = isAlone;
    setText(problem, isAlone ? words.say('nobodyElse') : '');
  };
  /** @param {Event} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    const [kind = '', id] = target.value.split(' ');
    const text = note.value.trim();
    try {
      await session.request('transfer', { conversation, [kind]: id, ...(text && { note: text }) });
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
    build('label', {}, words.say('transferTo'), target),
    build('label', {}, words.say('transferNote'), note),
    problem,
    build('div', { className: 'row' }, build('button', cancel, words.say('cancel')), submit),
  );
  const dialog = build('dialog', { 'aria-label': words.say('transfer') }, form);
  const unfollow = session.on('presence', offer);
  dialog.addEventListener('close', () => {
    unfollow();
    dialog.remove();
  });
  document.body.append(dialog);
  offer();
  dialog.showModal();
}

/**
 * Colleagues who are there, the least busy first, then topics; what was chosen stays chosen.
 *
 * @param {Desk} desk
 * @param {HTMLSelectElement} target
 */
function offerTargets({ words, session, me, colleagues }, target) {
  const chosen = target.value;
  const people = [...colleagues.values()]
    .filter(({ id, status }) => id !== me.id && status !== 'offline')
    .sort((a, b) => a.load / a.capacity - b.load / b.capacity)
    .map((each) => build('option', { value: `technician ${each.id}` }, words.say('load', { name: each.name, load: each.load, capacity: each.capacity })));
  const topics = session.welcome.topics.map((/** @type {import('../lib/types.js').Topic} */ each) =>
    build('option', { value: `topic ${each.id}` }, words.say('topicNamed', { name: each.name })),
  );
  target.replaceChildren(...people, ...topics);
  if ([...target.options].some(({ value }) => value === chosen)) target.value = chosen;
}
