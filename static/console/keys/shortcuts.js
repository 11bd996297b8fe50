import { build } from '../../elements/dom.js';
import { dialog } from './dialog.js';
import { printed } from './key-names.js';

/**
 * Open the list of shortcuts.
 *
 * @param {import('../../lib/i18n.js').Words} words
 * @param {import('./commands.js').Command[]} commands
 */
export function showShortcuts(words, commands) {
  const rows = [
    ['Alt+1…9', words.say('keys.conversation')],
    ...commands.flatMap(({ keys, name }) => (keys ? [[keys, name]] : [])),
    ['/', words.say('command.reply')],
    ['//', words.say('keys.note')],
    ['Enter', words.say('keys.send')],
    ['Shift+Enter', words.say('keys.break')],
    ['Esc', words.say('keys.escape')],
  ];
  const names = [...new Set(rows.map(([, name]) => name))];
  const terms = names.map((name) => {
    const alike = rows.filter((row) => row[1] === name);
    const keys = alike.flatMap(([each = ''], at) => [at ? ' ' : '', ...caps(printed(each, words))]);
    return build('div', {}, build('dt', {}, ...keys), build('dd', {}, name));
  });
  dialog(words, words.say('shortcuts'), { className: 'shortcuts' }, build('dl', {}, ...terms));
}

/** @param {string} keys */
function caps(keys) {
  return keys.split('+').flatMap((cap, at) => [at ? '+' : '', build('kbd', {}, cap)]);
}
