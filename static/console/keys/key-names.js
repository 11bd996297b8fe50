/**
 * What was pressed, as it is written in the list of shortcuts: `Ctrl+K`, `Alt+1`, `?`, `Escape`; null for
 * what is none. Command is as good as Control.
 *
 * @param {{key: string, code: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean,
 *   shiftKey: boolean, getModifierState: (name: string) => boolean}} event
 * @returns {string|null}
 */
export function pressed(event) {
  // The right Alt key writes letters on many keyboards.
  if (event.getModifierState('AltGraph')) return null;
  const isControl = event.ctrlKey || event.metaKey;
  if (!isControl && !event.altKey) return ['?', 'Escape'].includes(event.key) ? event.key : null;
  if (isControl && event.altKey) return null;
  return `${isControl ? 'Ctrl' : 'Alt'}+${letter(event)}`;
}

/** With Alt, some systems write another letter than the one on the key. */
function letter(/** @type {{key: string, code: string}} */ { key, code }) {
  if (/^[a-z0-9/]$/i.test(key)) return key.toUpperCase();
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? key;
}

/**
 * Keys as they are printed on the keyboard that is used here.
 *
 * @param {string} keys as in the list of commands
 * @param {import('../../lib/i18n.js').Words} words
 * @param {string} [platform]
 */
export function printed(keys, words, platform = navigator.platform) {
  const isApple = /^(?:Mac|iP)/.test(platform);
  const control = isApple ? '⌘' : words.say('keys.control');
  return keys.replace('Ctrl', control).replace('Alt', isApple ? '⌥' : 'Alt');
}
