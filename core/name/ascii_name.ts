/** Names in other letters than those of the DNS, as they are asked for there (IDNA: RFC 5891, Unicode TS 46). */

/** What of ASCII may stand in such a name; anything else would end it, or be another part of a URL. */
const PLAIN = /^[a-z0-9._-]*$/i;
const ASCII = /^[\0-\x7f]*$/;

/** `xn--mnchen-3ya.example` for `münchen.example`; the name itself where it is ASCII, or can be no such name. */
export function asciiName(host: string): string {
  const others = host.replace(/[^\0-\x7f]/g, "");
  if (ASCII.test(host) || !PLAIN.test(others)) return host;
  try {
    return new URL(`http://${host}/`).hostname;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return host;
  }
}
