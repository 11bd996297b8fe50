const COMPOSING_KEY_CODE = 229;

/**
 * The parts of a keydown event that tell whether it writes.
 *
 * @typedef {Pick<KeyboardEvent, 'key'|'code'|'ctrlKey'|'metaKey'|'altKey'|'getModifierState'>} Press
 */

/**
 * Return true while an input method composes: Enter and Escape belong to the composition.
 *
 * Safari reports the key that ends a composition after `compositionend`, with the key code 229.
 *
 * @param {Pick<KeyboardEvent, 'isComposing'|'keyCode'>} event
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === COMPOSING_KEY_CODE;
}

/**
 * Return true if a key that is pressed together with Alt writes in a text field: by AltGr, by the
 * Option key of a Mac (Option+L is the at sign with German keys), as a dead key, or as a digit of a
 * character code that is typed on the number pad (Alt+0128 on Windows).
 *
 * @param {Press} press
 * @param {ReadonlyMap<string, string>} plain what keys write without Alt, by their codes: with
 *   French keys `&` for `Digit1`, with Russian ones `т` for `KeyN`
 */
export function writesWithAlt(press, plain) {
  const { key, code, ctrlKey, metaKey, altKey } = press;
  if (press.getModifierState('AltGraph') || key === 'Dead') return true;
  if (!altKey || ctrlKey || metaKey) return false;
  if (code.startsWith('Numpad')) return true;
  // Plain letters and digits are written by Alt on no keyboard: they are the names of keys.
  return [...key].length === 1 && !/^[a-z0-9]$/i.test(key) && key !== plain.get(code);
}

/** Return true for an element in which text is written. @param {EventTarget|null} target */
export function isTextField(target) {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || target.matches('textarea, input:not([type=checkbox], [type=radio])')
  );
}
