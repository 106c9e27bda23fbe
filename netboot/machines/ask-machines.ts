// Machines for whoever can be served without knowing them: DHCP, TFTP, status. In: ids, MACs. Out: rows, or undefined
// where the database cannot be read. Never: throws for want of a database.
import type { MachineView } from '../decide.ts';
import type { SiteMachine } from '../machine-source.ts';
import { findMisfit } from '../find-misfit.ts';
import { findByMac, findMachine, findOwner, readMachinePage } from '../state/find-machines.ts';
import type { MachinePage } from '../state/find-machines.ts';
import { NEW_LIFE } from '../state/machine-row.ts';
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

/** The machine's row, for who only looks: undefined when it was never seen, and nothing is made. @throws StateError */
export function findOfSite({ table }: Machines, { macs }: SiteMachine): MachineRow | undefined {
  const id = macs.map((mac) => findOwner(table, mac)).find((found) => found !== undefined);
  return id === undefined ? undefined : findMachine(table, id);
}

/**
 * What decideBoot needs to know of a machine that asks for its script.
 * @param seen its row, undefined when it was never seen, and the architecture that its firmware has named
 */
export function viewMachine(
  machines: Machines,
  site: SiteMachine,
  { row, firmware }: { readonly row: MachineRow | undefined; readonly firmware: string | undefined },
): MachineView {
  return {
    kind: 'known',
    name: site.name,
    life: row?.life ?? NEW_LIFE,
    recordEdited: row?.recordDigest !== undefined && row.recordDigest !== site.recordDigest,
    unfit: findMisfit(site.record, firmware),
    sameBoot: row !== undefined && machines.boots.given(row.id) !== undefined,
  };
}
