import { fileKind, fileSize } from '../lib/file-labels.js';
import { build } from './dom.js';
import { plainText } from './text-runs.js';

/**
 * Build the nodes that show the kind, name and size of a file.
 *
 * @param {import('../lib/types.js').FileFacts} file
 * @param {string} language
 */
export function fileName(file, language) {
  return [
    build('span', { className: 'kind', 'aria-hidden': 'true' }, fileKind(file)),
    build(
      'span',
      { className: 'name' },
      build('bdi', {}, ...plainText(file.name)),
      build('small', { className: 'soft' }, fileSize(file.size, language)),
    ),
  ];
}
