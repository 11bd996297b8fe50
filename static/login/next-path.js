/**
 * Where to go after signing in: the page of this server that was asked for, else the console.
 * Nobody is sent to another server, however the address is written.
 *
 * @param {URL} address of the sign-in page, with `next` in its query
 * @returns {string} a path of this server
 */
export function nextPath({ origin, hash, searchParams }) {
  const next = searchParams.get('next') ?? '';
  const parsed = next.startsWith('/') && URL.canParse(next, origin) ? new URL(next, origin) : null;
  // A path that begins with two slashes would be another server when it is followed.
  const isOwn = parsed?.origin === origin && !parsed.pathname.startsWith('//');
  if (!parsed || !isOwn || parsed.pathname === '/login') return '/console';
  const rest = new URLSearchParams(hash.slice(1)).has('link') ? '' : hash;
  return parsed.pathname + parsed.search + (parsed.hash || rest);
}
