// Queue calls in `q` until the widget has loaded.
const page = /** @type {any} */ (window);
page.chatserver ??= (/** @type {unknown[]} */ ...call) => {
  page.chatserver.q ??= [];
  page.chatserver.q.push(call);
};

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element && target.closest('[data-chat]');
  if (!(button instanceof HTMLElement)) return;
  const { product } = button.dataset;
  if (product) page.chatserver('set', { attributes: { shop: 'Copper & Fibre', product } });
  page.chatserver(button.dataset.chat);
});
