// Apply the stored theme before the first paint: pages load this in their head, as a classic
// script.
try {
  document.documentElement.style.colorScheme = localStorage.getItem('chatserver.theme') ?? '';
} catch {
  // Without a storage the system's theme is used.
}
