/** IFNAMSIZ of the kernel, without the zero behind it. */
const LONGEST_NAME = 15;

/** Directories of /proc/sys/net, the loopback, and a word of BRIDGE. */
const RESERVED = new Set(['all', 'default', 'lo', 'none', 'bonding_masters']);

/** Why an interface cannot have a name, or only at a risk. @see systemd.link(5), Name= */
export function judgeName(name: string): { message: string; isOnlyRisky: boolean } | undefined {
  if (!/^\w[\w.-]*$/.test(name)) return refusal('is not made of letters, digits, _, - and . alone');
  if (name.length > LONGEST_NAME)
    return refusal(`is longer than the ${LONGEST_NAME} characters of an interface's name`);
  if (/^\d+$/.test(name)) return refusal('is a number, and no name of an interface');
  if (RESERVED.has(name)) return refusal('is a name that no interface can have');
  if (!/^eth\d+$/.test(name)) return undefined;
  return { message: 'is a name that the kernel gives by itself, perhaps to another card', isOnlyRisky: true };
}

function refusal(message: string) {
  return { message, isOnlyRisky: false };
}
