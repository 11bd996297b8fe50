import { build } from '../elements/build.js';

/** @typedef {import('./console.js').Desk} Desk */

/**
 * Hand a conversation over to a colleague, who is shown with their load, or to a topic.
 *
 * @param {Desk} desk
 * @param {string} conversation
 */
export function transferDialog(desk, conversation) {
  const { words, session, me } = desk;
  const colleagues = [...desk.colleagues.values()]
    .filter(({ id, status }) => id !== me.id && status !== 'offline')
    .sort((a, b) => a.load / a.capacity - b.load / b.capacity)
    .map((each) => build('option', { value: `technician ${each.id}` }, words.say('load', { ...each })));
  const topics = session.welcome.topics.map((/** @type {import('../lib/types.js').Topic} */ each) =>
    build('option', { value: `topic ${each.id}` }, words.say('topicNamed', { name: each.name })),
  );
  const target = build('select', {}, ...colleagues, ...topics);
  const note = build('textarea', { rows: 2, maxLength: 8_000 });
  const problem = build('p', { className: 'problem', role: 'alert' });
  const nobody = target.options.length === 0;
  problem.textContent = nobody ? words.say('nobodyElse') : '';

  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    const [kind = '', id] = target.value.split(' ');
    const text = note.value.trim();
    try {
      await session.request('transfer', { conversation, [kind]: id, ...(text && { note: text }) });
      dialog.close();
    } catch (error) {
      problem.textContent = /** @type {Error} */ (error).message;
    }
  };
  const dialog = build(
    'dialog',
    { onclose: () => dialog.remove(), 'aria-label': words.say('transfer') },
    build(
      'form',
      { onsubmit: submit },
      build('label', {}, words.say('transferTo'), target),
      build('label', {}, words.say('transferNote'), note),
      problem,
      build(
        'div',
        { className: 'row' },
        build('button', { className: 'primary', disabled: nobody }, words.say('transfer')),
        build('button', { type: 'button', onclick: () => dialog.close() }, words.say('cancel')),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}
