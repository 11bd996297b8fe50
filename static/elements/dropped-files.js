/**
 * Accept dropped files on an element. While files hover over it, it shows a hint.
 *
 * @param {HTMLElement} element
 * @param {{may: () => boolean, hint: () => string, take: (files: File[]) => void}} more
 */
export function receiveFiles(element, { may, hint, take }) {
  const hovers = (/** @type {boolean} */ isOver) => {
    element.classList.toggle('receives', isOver);
    element.dataset.hint = isOver ? hint() : '';
  };
  element.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = may() ? 'copy' : 'none';
    hovers(may());
  });
  element.addEventListener('dragleave', (event) => {
    if (!element.contains(/** @type {Node|null} */ (event.relatedTarget))) hovers(false);
  });
  element.addEventListener('drop', (event) => {
    hovers(false);
    // A descendant has taken the drop already.
    if (!carriesFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    if (may()) take([...(event.dataTransfer?.files ?? [])]);
  });
}

/**
 * Prevent the browser from opening a file that is dropped beside the drop zone in place of the
 * page.
 */
export function keepFilesOut() {
  for (const name of ['dragover', 'drop'])
    document.addEventListener(name, (event) => {
      const drag = /** @type {DragEvent} */ (event);
      if (drag.defaultPrevented || !carriesFiles(drag)) return;
      drag.preventDefault();
      if (drag.dataTransfer) drag.dataTransfer.dropEffect = 'none';
    });
}

/**
 * Return the files of a paste. Office programs add a picture of the copied text; the text is meant
 * then, and no file is returned.
 *
 * @param {DataTransfer} copied
 */
export function filesIn(copied) {
  const isText = copied.types.includes('text/html') && copied.getData('text/plain') !== '';
  return isText ? [] : [...copied.files];
}

/** @param {DragEvent} event */
function carriesFiles({ dataTransfer }) {
  return dataTransfer?.types.includes('Files') ?? false;
}
