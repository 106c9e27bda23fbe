// From logical disk names to hardware. In: names, DISK_<name> selectors, facts. Out: exactly one disk for each name, or
// faults that list every disk with the reason why it was not chosen. Never: guesses.
import type { Fault } from '../lib/errors.ts';
import { BINDING_PREFIX as PREFIX } from './disk-bindings.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import { geometryOf, parseDiskSelector } from './disk-selector.ts';
import type { Criterion } from './disk-selector.ts';

export type BoundDisk = { readonly disk: DiskFacts; readonly boundBy: string };

/** Binds every name to one disk; with faults, `bound` holds only the names that could be bound. */
export function bindDisks(
  names: readonly string[],
  bindings: Readonly<Record<string, string>>,
  disks: readonly DiskFacts[],
): { bound: Map<string, BoundDisk>; faults: Fault[] } {
  const bound = new Map<string, BoundDisk>();
  const faults: Fault[] = [];
  for (const name of names) {
    const selector = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
    const result = selector === undefined ? bindOnly(name, disks) : bindSelected(name, selector, disks);
    if ('message' in result) {
      faults.push(result);
      continue;
    }
    const rival = [...bound].find(([, other]) => other.disk.path === result.disk.path);
    if (rival === undefined) bound.set(name, result);
    else faults.push(bindFault(name, `${name} and ${rival[0]} are both bound to ${describeDisk(result.disk)}`));
  }
  return { bound, faults };
}

function bindSelected(name: string, selector: string, disks: readonly DiskFacts[]): BoundDisk | Fault {
  const criteria = parseDiskSelector(selector);
  if (typeof criteria === 'string') return bindFault(name, `${PREFIX}${name}=${selector}: ${criteria}`);
  const reasons = disks.map((disk) => unusable(disk) ?? misfit(disk, criteria));
  const found = onlyOne(disks, reasons, { name, boundBy: `${PREFIX}${name}=${selector}`, wanted: `'${selector}'` });
  const geometry = geometryOf(selector);
  if ('message' in found || geometry === undefined) return found;
  return { ...found, disk: { ...found.disk, geometry } };
}

function bindOnly(name: string, disks: readonly DiskFacts[]): BoundDisk | Fault {
  const reasons = disks.map((disk) => unusable(disk) ?? (disk.removable ? 'is removable' : undefined));
  const boundBy = 'the only fixed disk of the machine';
  return onlyOne(disks, reasons, { name, boundBy, wanted: `the only fixed disk (${PREFIX}${name} is not set)` });
}

type Search = { readonly name: string; readonly boundBy: string; readonly wanted: string };

function onlyOne(
  disks: readonly DiskFacts[],
  reasons: readonly (string | undefined)[],
  search: Search,
): BoundDisk | Fault {
  const fitting = disks.filter((_, index) => reasons[index] === undefined);
  const [disk] = fitting;
  if (disk !== undefined && fitting.length === 1) return { disk, boundBy: search.boundBy };
  const lines = disks.map((each, index) => `\n      ${describeDisk(each)}: ${reasons[index] ?? 'fits'}`);
  const count = fitting.length === 0 ? 'no disk fits' : `${fitting.length} disks fit, exactly one must`;
  const listing = disks.length === 0 ? '; the machine has no disks' : lines.join('');
  return bindFault(search.name, `${search.name} should be ${search.wanted}; ${count}${listing}`);
}

function unusable(disk: DiskFacts): string | undefined {
  if (disk.kind !== 'disk') return `is not a disk but of kind '${disk.kind}'`;
  if (disk.sizeBytes === 0) return 'has no medium (size 0)';
  return disk.readOnly ? 'is read-only' : undefined;
}

function misfit(disk: DiskFacts, criteria: readonly Criterion[]): string | undefined {
  const found = criteria.map((criterion) => criterion(disk)).filter((reason) => reason !== undefined);
  return found.length === 0 ? undefined : found.join(', ');
}

function bindFault(name: string, message: string): Fault {
  return {
    severity: 'error',
    where: `${PREFIX}${name}`,
    message,
    suggestion: `name one disk in the database, for example ${PREFIX}${name}=serial:…`,
  };
}
