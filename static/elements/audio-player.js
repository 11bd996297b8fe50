import { build } from './dom.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/types.js').View} View */

/** True if this browser can play files of a media type. @param {string} type */
export function isPlayable(type) {
  return type.startsWith('audio/') && build('audio').canPlayType(type) !== '';
}

/**
 * Build a button that fetches a sound and puts a player in its place. Nothing is fetched before:
 * the request needs the headers of the session, which an address in the page cannot carry.
 *
 * @param {View} view
 * @param {ChatEvent} event
 * @param {(action: () => Promise<void>) => Promise<void>} attempt
 */
export function audioPlayer({ words, files }, { file = '', attachment }, attempt) {
  const label = words.say('play', { name: attachment?.name ?? '' });
  const button = build(
    'button',
    { type: 'button', className: 'play', 'aria-label': label, title: label },
    '▶',
  );
  button.addEventListener('click', () =>
    attempt(async () => {
      if (!files) return;
      const src = URL.createObjectURL(await files.fetch(file, 'whole'));
      const player = build('audio', { controls: true, src, 'aria-label': attachment?.name });
      button.replaceWith(player);
      player.focus();
      await player.play();
    }),
  );
  return button;
}
