/**
 * Tell the system and its version, which the User-Agent header makes up in many browsers, where the
 * browser knows better (User-Agent Client Hints). It is sent now, and with each further hello.
 *
 * @param {import('../lib/session.js').Session} session
 */
export async function tellSystem({ connection }) {
  const { userAgentData } = /** @type {any} */ (navigator);
  const hints = await userAgentData?.getHighEntropyValues(['platformVersion']);
  if (!hints?.platformVersion) return;
  const system = `${hints.platform} ${hints.platformVersion}`;
  const { hello } = connection;
  connection.hello = () => ({ ...hello(), system });
  await connection.request('profile', { system });
}
