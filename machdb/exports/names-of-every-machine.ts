// Names that every machine has for itself, in its own /etc/hosts: whoever gives one to a machine of the site sends all
// others there. As Debian, Fedora, SUSE and macOS write them.
const FIRST_LABELS = new Set([
  'localhost',
  'localhost4',
  'localhost6',
  'ip6-localhost',
  'ip6-loopback',
  'ip6-localnet',
  'ip6-mcastprefix',
  'ip6-allnodes',
  'ip6-allrouters',
  'ip6-allhosts',
  'ipv6-localhost',
  'ipv6-loopback',
  'ipv6-localnet',
  'ipv6-mcastprefix',
  'ipv6-allnodes',
  'ipv6-allrouters',
  'ipv6-allhosts',
  'broadcasthost',
]);

/**
 * Whether a name in lower case is one of them, in whatever domain: `localhost.lab.example` is `localhost` to all who
 * search in `lab.example`. Everything below `localhost` is, too.
 * @see RFC 6761 §6.3
 */
export function isNameOfEveryMachine(name: string): boolean {
  const dot = name.indexOf('.');
  return FIRST_LABELS.has(dot === -1 ? name : name.slice(0, dot)) || isBelowLocalhost(name);
}

/** Whether all names in a domain belong to every machine. */
export function isBelowLocalhost(domain: string): boolean {
  return domain === 'localhost' || domain.endsWith('.localhost');
}
