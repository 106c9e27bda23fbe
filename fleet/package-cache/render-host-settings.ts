// What hosts of the site write into their settings. In: the cache's address, origins. Out: text for people and files. Pure.
import type { Origin } from './read-target.ts';

/** @param cache `http://cache.example:3142` */
export function renderHostSettings(cache: string, origins: readonly Origin[]): string {
  return `${origins.map((origin) => renderOrigin(cache, origin)).join('\n')}
# For hosts with apt, such as /etc/apt/apt.conf.d/30gutinteg-cache. Differences of lists save nothing in a local network.
Acquire::PDiffs "false";
`;
}

function renderOrigin(cache: string, { name, url }: Origin): string {
  return `# ${name}: ${url}
#   apt:  deb ${cache}/${name} SUITE main
#   dnf:  baseurl=${cache}/${name}/…   instead of metalink and mirrorlist
${renderProxy(cache, new URL(url))}`;
}

/** A proxy of one host: what comes from elsewhere is not sent through the cache. */
function renderProxy(cache: string, { protocol, host, hostname, pathname }: URL): string {
  if (protocol !== 'http:')
    return `#   Lines that say https://${host} have to be changed: their contents cannot be seen by a cache.\n`;
  return `#   Lines that say http://${host}${pathname} may stay, with
Acquire::http::Proxy::${hostname} "${cache}/";\n`;
}
