import { build } from './dom.js';

/**
 * Show a picture as large as the window allows. Escape, a click and the button close it, and the
 * focus returns to where it was.
 *
 * @param {import('../lib/i18n.js').Words} words
 * @param {string} name
 * @param {Blob} content
 */
export function showPicture(words, name, content) {
  const address = URL.createObjectURL(content);
  const close = build('button', { type: 'button', 'aria-label': words.say('close') }, '✕');
  const dialog = build(
    'dialog',
    { className: 'picture', 'aria-label': name },
    close,
    build('img', { src: address, alt: name }),
  );
  dialog.addEventListener('click', () => dialog.close());
  dialog.addEventListener('keydown', (event) => {
    // The page uses Escape as well.
    if (event.key === 'Escape') event.stopPropagation();
  });
  dialog.addEventListener('close', () => {
    URL.revokeObjectURL(address);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}
