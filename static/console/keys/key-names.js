const APPLE = /^(?:Mac|iP)/;

/**
 * Return the name of a pressed shortcut, as in the list of shortcuts: `Ctrl+K`, `Alt+1`, `?`,
 * `Escape`; null for other keys. The Command key counts as Control. On Apple's keyboards, where
 * Option alone writes characters, Control and Option together count as Alt.
 *
 * @param {{key: string, code: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean,
 *   shiftKey: boolean, getModifierState: (name: string) => boolean}} event
 * @param {string} [platform]
 * @returns {string|null}
 */
export function pressed(event, platform = navigator.platform) {
  // AltGr types letters on many keyboards.
  if (event.getModifierState('AltGraph')) return null;
  const isControl = event.ctrlKey || event.metaKey;
  if (!isControl && !event.altKey) return ['?', 'Escape'].includes(event.key) ? event.key : null;
  const isOnApple = APPLE.test(platform) && !event.metaKey;
  // Control and Alt together type letters on other keyboards.
  if (isControl && event.altKey && !isOnApple) return null;
  return `${isControl && !event.altKey ? 'Ctrl' : 'Alt'}+${letter(event)}`;
}

/** With Alt, some systems report another letter than the one on the key. */
function letter(/** @type {{key: string, code: string}} */ { key, code }) {
  if (/^[a-z0-9/]$/i.test(key)) return key.toUpperCase();
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? key;
}

/**
 * Return the name of a shortcut as it is printed on the user's keyboard.
 *
 * @param {string} keys as in the list of commands
 * @param {import('../../lib/i18n.js').Words} words
 * @param {string} [platform]
 */
export function printed(keys, words, platform = navigator.platform) {
  const isApple = APPLE.test(platform);
  const control = isApple ? '⌘' : words.say('keys.control');
  return keys.replace('Ctrl', control).replace('Alt', isApple ? '⌃⌥' : 'Alt');
}
