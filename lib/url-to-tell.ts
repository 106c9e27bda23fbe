/**
 * An address as people are told it, in logs, lists and errors. What stands behind `?` may be a token that lets one in, as addresses
 * of object stores have it: `https://files.example/a.deb?sig=x#y` → `https://files.example/a.deb?…`.
 */
export function urlToTell(address: URL | string): string {
  const url = new URL(address);
  const isSecret = url.search !== '';
  url.search = '';
  url.hash = '';
  return isSecret ? `${url.href}?…` : url.href;
}
