const DELAY_MS = 2_000;

/**
 * Load the modules that only some messages need while the page is idle. They are then there when
 * the connection is lost, and after an update of the server under a page that stays open for days.
 */
export function prefetchElements() {
  setTimeout(() => {
    const parts = [
      import('./rich-text.js'),
      import('./file-card.js'),
      import('./upload-card.js'),
      import('./voice-recorder.js'),
      import('./picture-dialog.js'),
      import('../lib/uploads.js'),
    ];
    // The importing code imports it again and handles the error.
    void Promise.allSettled(parts);
  }, DELAY_MS);
}
