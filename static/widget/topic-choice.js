import { build } from '../elements/dom.js';
import { loadStylesheet } from './load-stylesheet.js';

await loadStylesheet('./topics.css');

/**
 * Fill a fieldset with the topics that the server offers.
 *
 * @param {HTMLElement} element
 * @param {import('../lib/types.js').Topic[]} topics
 * @param {string|undefined} chosen the id of the topic that is checked
 * @param {import('../lib/i18n.js').Words} words
 */
export function offerTopics(element, topics, chosen, words) {
  const any = { id: '', name: words.say('anyTopic') };
  element.replaceChildren(
    build('legend', {}, words.say('topic')),
    ...[...topics, any].map(({ id, name }) => choice(id, name, id === chosen)),
  );
}

/**
 * @param {string} value
 * @param {string} name
 * @param {boolean} checked
 */
function choice(value, name, checked) {
  const input = build('input', { type: 'radio', name: 'topic', value, checked });
  return build('label', { className: 'chip' }, input, build('span', { dir: 'auto' }, name));
}
