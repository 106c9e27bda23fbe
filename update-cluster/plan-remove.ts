// In: the bytes of a cluster.xml, and which hosts should go. Out: the text without them. Pure.
import type { Fault } from '../lib/errors.ts';
import { keyFields, sameAs } from './document/comparable-values.ts';
import type { KeyField } from './document/comparable-values.ts';
import { fieldValue, isMaster } from './document/cluster-document.ts';
import type { Element, Encoding } from './document/cluster-document.ts';
import { removeHosts } from './document/edit-document.ts';
import { formatDocument } from './document/format-document.ts';
import { parseClusterBytes } from './document/parse-document.ts';

/** Hosts with one of these go. */
export type RemoveRequest = { readonly [field in KeyField]: readonly string[] } & {
  readonly master: boolean;
  /** Whether the whole text is indented anew; without it, all other bytes stay. */
  readonly reformat: boolean;
};

export type RemovePlan = {
  readonly text: string;
  readonly encoding: Encoding;
  readonly removedCount: number;
  /** What was asked for and no host has: `host name x`. */
  readonly missing: readonly string[];
  readonly warnings: readonly Fault[];
};

/** @throws FaultsError for a file that cannot be read */
export function planRemove(bytes: Uint8Array, where: string, request: RemoveRequest): RemovePlan {
  const { document, warnings } = parseClusterBytes(bytes, where);
  const wanted = keyFields.flatMap((field) =>
    request[field].map((value) => ({ field, value, isSame: sameAs(field, value), count: 0 })),
  );
  const isWanted = (host: Element): boolean => {
    let found = request.master && isMaster(host);
    for (const one of wanted) {
      const value = fieldValue(host, one.field);
      if (value === undefined || !one.isSame(value)) continue;
      one.count += 1;
      found = true;
    }
    return found;
  };
  const hosts = document.hosts.filter(isWanted);
  const text = request.reformat ? formatDocument(document, new Set(hosts)) : removeHosts(document, hosts);
  const missing = wanted.filter(({ count }) => count === 0).map(({ field, value }) => `${field} ${value}`);
  return { text, encoding: document.encoding, removedCount: hosts.length, missing, warnings };
}
