// Machines for whoever can be served without knowing them: DHCP, TFTP, status. In: ids, MACs. Out: rows, or undefined
// where the database cannot be read. Never: throws for want of a database.
import type { MachineView } from '../decide.ts';
import type { SiteMachine } from '../machine-source.ts';
import { findByMac, readMachinePage } from '../state/find-machines.ts';
import type { MachinePage } from '../state/find-machines.ts';
import type { MachineRow } from '../state/machine-row.ts';
import { claimMachine, isDone, recordIfPossible } from './machines.ts';
import type { Machines } from './machines.ts';

/** Some machines after the one that `after` stands for; undefined when the database cannot be read. */
export function readPageIfPossible({ table }: Machines, after: number, count: number): MachinePage | undefined {
  let page: MachinePage | undefined;
  isDone(() => (page = readMachinePage(table, after, count)));
  return page;
}

/** The machine that has the MAC address, for notes alone: undefined also when the database cannot be read. */
export function findForNotes(machines: Machines, mac: string | undefined): MachineRow | undefined {
  let row: MachineRow | undefined;
  if (mac !== undefined) recordIfPossible(machines, () => (row = findByMac(machines.table, mac)));
  return row;
}

/** `claimMachine`, but undefined when the database cannot be read or written. */
export function claimForNotes(machines: Machines, site: SiteMachine): MachineRow | undefined {
  let row: MachineRow | undefined;
  recordIfPossible(machines, () => (row = claimMachine(machines, site)));
  return row;
}

/** What decideBoot needs to know of a machine that asks for its script. @throws StateError */
export function viewMachine(machines: Machines, site: SiteMachine | undefined): MachineView {
  if (site === undefined) return { kind: 'unknown' };
  const row = claimMachine(machines, site);
  return {
    kind: 'known',
    name: site.name,
    life: row.life,
    recordEdited: row.recordDigest !== undefined && row.recordDigest !== site.recordDigest,
    sameBoot: machines.boots.given(row.id) !== undefined,
  };
}
