/**
 * Let files be dropped on an element, which says where they would go while they hover over it.
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
    // What was dropped on a part of it, that part has taken.
    if (!carriesFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    if (may()) take([...(event.dataTransfer?.files ?? [])]);
  });
}

/** A file that misses its place would be opened by the browser in place of the page. */
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
 * The files that were copied. Who copies a part of a document means its text, though a picture of
 * it comes along.
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
