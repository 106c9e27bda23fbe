import { UserError } from '../lib/errors.ts';
import { machineVariables } from '../lib/known-variables.ts';
import { isHidden, isSecret } from '../lib/secret-variables.ts';
import type { MachineRecord } from '../contract/lookup.ts';

const KNOWN =
  /^(MAC|IP6?|ALIASES|NETMASK|BROADCAST|NETWORK|GATEWAY|NAMESERVER\d*|DOMAIN|HOSTNAME|OS|OSREV|ARCH|IMAGE|PACKAGES|PARTITION|ROOTFS|OSMODE|MASS_DELETE|PIN|DISK_.+|NIC_.+)$/;
/** Of no interest to booting: accounts, which the agent reads. */
const OF_ACCOUNTS = /^USER(?:S|_.+)$/;

/**
 * The part of a record that a machine may read: what the installer knows and what its packages' templates use.
 * @throws UserError when a template asks for a `*_SECRET`, which is never handed out.
 */
export function filterRecord(record: MachineRecord, templateVariables: Iterable<string>, name: string): MachineRecord {
  const wanted = new Set(templateVariables);
  const secrets = [...wanted].filter((variable) => isSecret(variable));
  if (secrets.length > 0) {
    throw new UserError(
      `describing ${name}: a template of its packages uses ${secrets.join(', ')}; secrets are not handed out over the LAN`,
      { exitCode: 2, hint: `take ${secrets.join(', ')} out of the template` },
    );
  }
  return Object.fromEntries(
    Object.entries(record).filter(([variable]) => isWanted(variable, wanted) || isOfTheMachine(variable)),
  );
}

/** The part of a record that anybody on the network may read: what booting needs, and `publicVariables`; `*` is all. */
export function createPublicFilter(publicVariables: readonly string[]): (record: MachineRecord) => MachineRecord {
  const wanted = new Set(publicVariables);
  const known = new Map<string, boolean>();
  const isOpen = (variable: string): boolean => {
    const open = known.get(variable) ?? (!isHidden(variable) && (isWanted(variable, wanted) || wanted.has('*')));
    known.set(variable, open);
    return open;
  };
  return (record) => Object.fromEntries(Object.entries(record).filter(([variable]) => isOpen(variable)));
}

/** What a machine is told that has not shown its token: anybody can ask in its name. */
export function withoutHidden(record: MachineRecord): MachineRecord {
  return Object.fromEntries(Object.entries(record).filter(([variable]) => !isHidden(variable)));
}

function isWanted(variable: string, wanted: ReadonlySet<string>): boolean {
  return !isSecret(variable) && (KNOWN.test(variable) || wanted.has(variable));
}

/** All that a machine's variables are, so that none that the installer comes to read is forgotten here. */
function isOfTheMachine(variable: string): boolean {
  return Object.hasOwn(machineVariables, variable) || OF_ACCOUNTS.test(variable);
}
