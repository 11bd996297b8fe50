/**
 * Return the path to open after signing in: the requested page of this server, else the console. It
 * never leads to another server (open redirect).
 *
 * @param {URL} address of the sign-in page, with `next` in its query
 * @returns {string} a path of this server
 */
export function nextPath({ origin, hash, searchParams }) {
  const next = searchParams.get('next') ?? '';
  const parsed = next.startsWith('/') && URL.canParse(next, origin) ? new URL(next, origin) : null;
  // A path with two leading slashes would name another server.
  const isOwn = parsed?.origin === origin && !parsed.pathname.startsWith('//');
  if (!parsed || !isOwn || parsed.pathname === '/login') return '/console';
  const rest = new URLSearchParams(hash.slice(1)).has('link') ? '' : hash;
  return parsed.pathname + parsed.search + (parsed.hash || rest);
}
