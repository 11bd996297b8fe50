// The only file a host page loads. It draws the bubble and loads nothing more until a click, or
// until it finds that a conversation was left open on an earlier page.
(() => {
  'use strict';
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const origin = new URL(script.src).origin;
  const OPEN = 'chatserver.open';
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial }
    button, iframe { position: fixed; inset-inline-end: 20px; z-index: 2147483647; border: 0 }
    button { inset-block-end: 20px; width: 60px; height: 60px; border-radius: 50%; cursor: pointer;
      background: #1f6feb; color: #fff; font: 600 26px system-ui, sans-serif;
      box-shadow: 0 6px 24px rgb(20 30 50 / 30%) }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #1f6feb }
    b { position: absolute; inset: -4px -4px auto auto; min-width: 22px; padding: 0 6px;
      border-radius: 11px; background: #b3261e; color: #fff; font: 600 13px/22px system-ui }
    b:empty { display: none }
    iframe { inset-block-end: 92px; width: 392px; height: min(640px, calc(100dvh - 112px));
      border-radius: 12px; box-shadow: 0 6px 24px rgb(20 30 50 / 30%); background: Canvas;
      color-scheme: light dark }
    iframe[hidden] { display: none }
    @media (max-width: 480px) {
      iframe { inset: 0; width: 100%; height: 100dvh; border-radius: 0 } }
  `);
  root.adoptedStyleSheets = [style];
  const button = document.createElement('button');
  const badge = document.createElement('b');
  button.type = 'button';
  button.ariaLabel = script.dataset.label || 'Support chat';
  button.append('?', badge);
  root.append(button);
  /** @type {HTMLIFrameElement|undefined} */
  let frame;

  const load = () => {
    frame = document.createElement('iframe');
    frame.src = `${origin}/widget`;
    frame.title = button.ariaLabel || '';
    frame.allow = 'clipboard-write';
    frame.hidden = true;
    root.append(frame);
  };
  /** @param {boolean} open */
  const show = (open) => {
    if (!frame) load();
    if (!frame) return;
    frame.hidden = !open;
    button.ariaExpanded = String(open);
    frame.contentWindow?.postMessage({ chatserver: 'shown', open }, origin);
    if (open) frame.focus();
    else button.focus();
  };
  /** @param {() => void} touch what a browser may forbid */
  const stored = (touch) => {
    try {
      touch();
    } catch {
      // The page works without; only the badge after a reload is lost.
    }
  };
  button.addEventListener('click', () => show(!frame || frame.hidden));
  addEventListener('message', (event) => {
    if (event.origin !== origin || !frame || event.source !== frame.contentWindow) return;
    const { chatserver, value } = event.data || {};
    if (chatserver === 'ready') show(!frame.hidden);
    if (chatserver === 'close') show(false);
    if (chatserver === 'unread') badge.textContent = value ? String(value) : '';
    if (chatserver === 'keep')
      stored(() => (value ? localStorage.setItem(OPEN, '1') : localStorage.removeItem(OPEN)));
  });
  const start = () => {
    document.body.append(host);
    stored(() => localStorage.getItem(OPEN) && load());
  };
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
})();
