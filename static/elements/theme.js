// The chosen theme, before anything is painted: pages load this in their head, as a plain script.
try {
  document.documentElement.style.colorScheme = localStorage.getItem('chatserver.theme') ?? '';
} catch {
  // Without a storage nothing was chosen.
}
