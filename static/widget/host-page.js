/**
 * The page that shows the panel in a frame. Its loader names it in the panel's address; messages
 * go to exactly that origin and are heard from nobody else.
 */
export class HostPage {
  /** @type {URL|null} */
  #url = hostUrl();
  isFraming = window.parent !== window;

  /** Where the customer is, for the technician. */
  get address() {
    return (this.#url ?? new URL(location.pathname, location.href)).href.slice(0, 2_000);
  }

  /**
   * @param {'ready'|'close'|'unread'|'keep'} chatserver
   * @param {unknown} [value]
   */
  tell(chatserver, value) {
    if (this.isFraming && this.#url)
      window.parent.postMessage({ chatserver, value }, this.#url.origin);
  }

  /** @param {(open: boolean) => void} heard the host page has opened or closed the panel */
  onShown(heard) {
    window.addEventListener('message', ({ source, origin, data }) => {
      if (source !== window.parent || origin !== this.#url?.origin) return;
      if (data?.chatserver === 'shown') heard(Boolean(data.open));
    });
  }
}

function hostUrl() {
  try {
    const url = new URL(decodeURIComponent(location.hash.slice(1)));
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}
