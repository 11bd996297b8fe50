const SOON = 2_000;

/**
 * Fetch what only some messages need, when the page has nothing else to do: it is then there in a
 * tunnel, too, and after the server was renewed under a page that stays open for days.
 */
export function prefetchElements() {
  setTimeout(() => {
    const parts = [
      import('./rich-text.js'),
      import('./file-card.js'),
      import('./upload-card.js'),
      import('./picture-dialog.js'),
      import('../lib/uploads.js'),
    ];
    // Who needs one asks for it again, and hears then what is wrong.
    void Promise.allSettled(parts);
  }, SOON);
}
