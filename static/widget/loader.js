// The only file a host page loads. It draws the bubble and loads nothing more until a click, or
// until it finds that a conversation was left open on an earlier page.
(() => {
  'use strict';
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const origin = new URL(script.src).origin;
  const OPEN = 'chatserver.open';
  const PHONE = '(max-width: 480px)';
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial }
    button, iframe { position: fixed; inset-inline-end: 20px; z-index: 2147483647; border: 0 }
    button { inset-block-end: 20px; width: 60px; height: 60px; padding: 0; border-radius: 50%;
      cursor: pointer; background: #1a5fcc; color: #fff; box-shadow: 0 6px 24px rgb(20 30 50 / 30%) }
    button:hover { background: #164fab }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #1a5fcc }
    svg { display: block; margin: auto; width: 28px; fill: none; stroke: currentColor;
      stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
    b { position: absolute; inset: -4px -4px auto auto; min-width: 22px; padding: 0 6px;
      box-sizing: border-box; border-radius: 11px; background: #b3261e; color: #fff;
      font: 600 13px/22px system-ui, sans-serif }
    b:empty { display: none }
    iframe { inset-block-end: 92px; width: 392px; height: min(640px, calc(100dvh - 112px));
      border-radius: 12px; box-shadow: 0 6px 24px rgb(20 30 50 / 30%); background: Canvas;
      color-scheme: light dark }
    iframe[hidden] { display: none }
    @media ${PHONE} {
      iframe { inset: 0; width: 100%; height: 100dvh; border-radius: 0; box-shadow: none } }
  `);
  root.adoptedStyleSheets = [style];
  const button = document.createElement('button');
  const badge = document.createElement('b');
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const lines = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.ariaHidden = 'true';
  lines.setAttribute('d', 'M4 4h16v12h-8l-5 4v-4H4zM8 8.5h8M8 12h5');
  icon.append(lines);
  button.type = 'button';
  button.ariaLabel = script.dataset.label || 'Support chat';
  button.ariaExpanded = 'false';
  button.append(icon, badge);
  root.append(button);
  /** @type {HTMLIFrameElement|undefined} */
  let frame;

  const load = () => {
    frame = document.createElement('iframe');
    // The panel speaks to this origin only; the page's query may be private and stays here.
    frame.src = `${origin}/widget#${encodeURIComponent(location.origin + location.pathname)}`;
    frame.title = button.ariaLabel || '';
    frame.allow = 'clipboard-write';
    frame.hidden = true;
    root.append(frame);
    return frame;
  };
  let isReady = false;
  const tell = () => {
    if (frame && isReady)
      frame.contentWindow?.postMessage({ chatserver: 'shown', open: !frame.hidden }, origin);
  };
  /** @param {boolean} open */
  const show = (open) => {
    const panel = frame || load();
    panel.hidden = !open;
    button.ariaExpanded = String(open);
    fit();
    tell();
    (open ? panel : button).focus();
  };
  /** On a phone the panel ends where the keyboard begins. */
  const fit = () => {
    const seen = visualViewport;
    if (!frame || !seen) return;
    const isCovered = matchMedia(PHONE).matches && seen.height < innerHeight - 1;
    frame.style.height = isCovered ? `${seen.height}px` : '';
    frame.style.top = isCovered ? `${seen.offsetTop}px` : '';
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
  visualViewport?.addEventListener('resize', fit);
  addEventListener('message', (event) => {
    if (event.origin !== origin || !frame || event.source !== frame.contentWindow) return;
    const { chatserver, value } = event.data || {};
    if (chatserver === 'ready') {
      isReady = true;
      tell();
    }
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
