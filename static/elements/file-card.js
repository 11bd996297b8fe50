import { audioPlayer, isPlayable } from './audio-player.js';
import { build, setText } from './dom.js';
import { fileName } from './file-name.js';
import { saveFile } from './save-file.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/types.js').View} View */

const NEAR = '400px';
/** The longest side of a preview on the page, in px; the server's has twice as many. */
const PREVIEW_PX = 320;

/**
 * Build the card of a file: kind, name and size, a preview of a picture, a player of a sound, and a
 * button to save it.
 *
 * @param {View} view
 * @param {ChatEvent} event
 */
export function fileCard(view, event) {
  const { words, files } = view;
  const { file = '', attachment = { name: '', type: '', size: 0 } } = event;
  const problem = build('p', { className: 'problem', role: 'status' });
  const attempt = async (/** @type {() => Promise<void>} */ action) => {
    setText(problem, '');
    await action().catch(() => setText(problem, words.say('fileUnreachable')));
  };
  const save = async () => {
    if (files) saveFile(await files.fetch(file, 'whole'), attachment.name);
  };
  const label = words.say('saveFile', { name: attachment.name });
  const button = build(
    'button',
    { type: 'button', className: 'plain save', 'aria-label': label, title: label },
    '↓',
  );
  button.addEventListener('click', () => attempt(save));
  button.hidden = !files;
  return build(
    'div',
    { className: 'file-card' },
    Boolean(files && attachment.width) && preview(view, event, attempt),
    Boolean(files && isPlayable(attachment.type)) && audioPlayer(view, event, attempt),
    build('div', { className: 'facts' }, ...fileName(attachment, words.locale), button),
    problem,
  );
}

/**
 * @param {View} view
 * @param {ChatEvent} event
 * @param {(action: () => Promise<void>) => Promise<void>} attempt
 */
function preview({ words, files }, { file = '', attachment }, attempt) {
  const { name = '', width, height } = attachment ?? {};
  const picture = build('img', { alt: '' });
  const button = build(
    'button',
    { type: 'button', className: 'preview', 'aria-label': words.say('enlarge', { name }) },
    picture,
  );
  reserve(picture, width ?? PREVIEW_PX, height ?? PREVIEW_PX);
  whenNear(button, () =>
    attempt(async () => {
      if (files) showOnce(picture, await files.fetch(file, 'preview'));
    }),
  );
  button.addEventListener('click', () =>
    attempt(async () => {
      const { showPicture } = await import('./picture-dialog.js');
      if (files) showPicture(words, name, await files.fetch(file, 'whole'));
    }),
  );
  return button;
}

/**
 * Reserve the space of a picture, so that nothing moves when it has loaded.
 *
 * @param {HTMLImageElement} picture
 * @param {number} width
 * @param {number} height
 */
function reserve(picture, width, height) {
  const scale = Math.min(1, PREVIEW_PX / Math.max(width, height));
  picture.width = Math.max(1, Math.round(width * scale));
  picture.height = Math.max(1, Math.round(height * scale));
}

/**
 * @param {HTMLImageElement} picture
 * @param {Blob} content
 */
function showOnce(picture, content) {
  const address = URL.createObjectURL(content);
  picture.onload = picture.onerror = () => URL.revokeObjectURL(address);
  picture.src = address;
}

/**
 * @param {Element} element
 * @param {() => void} run called once, when the element is about to scroll into view
 */
function whenNear(element, run) {
  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      watch.disconnect();
      run();
    },
    { rootMargin: NEAR },
  );
  watch.observe(element);
}
