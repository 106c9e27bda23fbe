// In: the bytes of a cluster.xml, and a host. Out: the new text, or why the host cannot be added. Pure.
import { FaultsError, UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { keyFields, sameAs } from './document/comparable-values.ts';
import type { KeyField } from './document/comparable-values.ts';
import { fieldValue, findField, hostValues, withoutEmpty } from './document/cluster-document.ts';
import type { ClusterFrame, Element, Encoding, HostValues } from './document/cluster-document.ts';
import { EMPTY_CLUSTER, insertHosts, replaceFields } from './document/edit-document.ts';
import { scanClusterBytes } from './document/parse-document.ts';
import { faultAt } from './document/place-in-text.ts';

export type AddRequest = {
  /** Undefined where there is no file yet. */
  readonly bytes: Uint8Array | undefined;
  /** The file's name for messages. */
  readonly where: string;
  /** Checked values, addresses in the spelling of `spellMac` and `spellIp`; an empty one takes the field away. */
  readonly values: HostValues;
  /** Whether a host with the same address or name is updated, instead of refused. */
  readonly replace: boolean;
};

export type AddPlan = {
  readonly action: 'added' | 'replaced' | 'unchanged';
  /** Undefined when nothing changes. */
  readonly changed: { readonly text: string; readonly encoding: Encoding } | undefined;
  /** The host as it now is. */
  readonly values: HostValues;
  readonly warnings: readonly Fault[];
};

/** A host that has something of the new one, and what. */
type Match = { readonly host: Element; readonly field: KeyField };

/** @throws FaultsError for a file that cannot be read, and for addresses and names that are taken, with their lines */
export function planAdd({ bytes, where, values, replace }: AddRequest): AddPlan {
  const matches: Match[] = [];
  const keys = keyFields.flatMap((field) => {
    const value = values[field];
    return value === undefined ? [] : [{ field, isSame: sameAs(field, value) }];
  });
  const { document, warnings } = scanClusterBytes(bytes ?? Buffer.from(EMPTY_CLUSTER), where, (host) => {
    for (const { field, isSame } of keys) {
      const value = fieldValue(host, field);
      if (value !== undefined && isSame(value)) matches.push({ host, field });
    }
  });
  const hosts = new Set(matches.map(({ host }) => host));
  const [host] = hosts;
  if (host !== undefined && (!replace || hosts.size > 1)) throw taken(document, matches, replace);
  if (host !== undefined) return { ...planReplace(document, host, values), warnings };
  requireKeys(values);
  const added = withoutEmpty(values);
  const text = insertHosts(document, [added]);
  return { action: 'added', changed: { text, encoding: document.encoding }, values: added, warnings };
}

function planReplace(document: ClusterFrame, host: Element, values: HostValues): Omit<AddPlan, 'warnings'> {
  const text = replaceFields(document, host, values);
  const now = withoutEmpty({ ...hostValues(host), ...values });
  if (text === document.text) return { action: 'unchanged', changed: undefined, values: now };
  return { action: 'replaced', changed: { text, encoding: document.encoding }, values: now };
}

function requireKeys(values: HostValues): void {
  const missing = keyFields.filter((field) => values[field] === undefined).map((field) => `--${field}`);
  if (missing.length === 0) return;
  throw new UserError(`a new host needs ${missing.join(', ')}`, { exitCode: 2, hint: 'update-cluster-add --help' });
}

const nouns: Readonly<Record<KeyField, string>> = { ip: 'IP address', mac: 'MAC address', hostname: 'host name' };

function taken(document: ClusterFrame, matches: readonly Match[], replace: boolean): FaultsError {
  const faults = matches.map(({ host, field }): Fault => {
    const place = findField(host, field)?.start ?? host.start;
    const owner = fieldValue(host, 'hostname') ?? fieldValue(host, 'ip') ?? 'a host';
    const message = `the ${nouns[field]} ${fieldValue(host, field)} is already that of ${owner}`;
    return faultAt(document, place, { severity: 'error', message });
  });
  const hint = replace
    ? 'these are different hosts: remove one of them with update-cluster-remove'
    : 'update-cluster-add --replace updates the host that is there';
  return new FaultsError('nothing was added', faults, { hint });
}
