import type { Fault } from '../../lib/errors.ts';
import { machineNames } from '../query.ts';
import type { Machdb } from '../types.ts';
import type { ExportInput } from './format.ts';

/** One group of an inventory; `object` is the object of the database that it stands for. */
type AnsibleGroup = {
  readonly object: string;
  readonly name: string;
  /** The groups that inherit from it, by their names in the inventory. */
  readonly children: readonly string[];
  /** The machines that inherit from it directly. */
  readonly hosts: readonly string[];
};

export type AnsibleGroups = {
  readonly groups: readonly AnsibleGroup[];
  /** Machines that inherit from nothing. */
  readonly ungrouped: readonly string[];
  readonly faults: readonly Fault[];
};

const RESERVED = new Set(['all', 'ungrouped', '_meta']);

/**
 * A group for each object that machines inherit from, `-` and `.` in its name as `_`, for ansible warns of others. A
 * machine that another inherits from is not a group; the heir is in the groups of that machine instead.
 */
export function groupMachines(input: ExportInput): AnsibleGroups {
  const machines = new Set(machineNames(input.db));
  const children = new Map<string, Set<string>>();
  const hosts = new Map<string, string[]>();
  const ungrouped: string[] = [];
  for (const machine of machines) {
    const parents = listGroups(input.db, machine, machines);
    if (parents.length === 0) ungrouped.push(machine);
    for (const parent of parents) {
      const siblings = hosts.get(parent);
      if (siblings === undefined) hosts.set(parent, [machine]);
      else siblings.push(machine);
    }
  }
  // A set may be added to while it is walked: every group that holds a used group is used.
  const used = new Set(hosts.keys());
  for (const object of used) {
    for (const parent of listGroups(input.db, object, machines)) {
      used.add(parent);
      children.set(parent, (children.get(parent) ?? new Set()).add(nameGroup(object)));
    }
  }
  const groups = [...used].map((object) => ({
    object,
    name: nameGroup(object),
    children: [...(children.get(object) ?? [])],
    hosts: hosts.get(object) ?? [],
  }));
  return { groups, ungrouped, faults: checkNames(input, groups, machines) };
}

/** The nearest ancestors that are not machines. */
function listGroups(db: Machdb, name: string, machines: ReadonlySet<string>): string[] {
  const groups = new Set<string>();
  const seen = new Set<string>();
  const next = [name];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    for (const parent of db.objects.get(at)?.parents ?? []) {
      if (!machines.has(parent.name)) groups.add(parent.name);
      else if (!seen.has(parent.name)) next.push(parent.name);
      seen.add(parent.name);
    }
  }
  return [...groups];
}

/** `standard-client` → `standard_client`, `3com` → `_3com`, `all`, which ansible has itself, → `_all`. */
function nameGroup(object: string): string {
  const name = object.replaceAll(/[.-]/g, '_');
  return RESERVED.has(name) || /^\d/.test(name) ? `_${name}` : name;
}

function checkNames(input: ExportInput, groups: readonly AnsibleGroup[], machines: ReadonlySet<string>): Fault[] {
  const faults: Fault[] = [];
  const fault = (object: string, message: string) =>
    faults.push(input.faultOf(object, 'HOSTNAME', { message, suggestion: 'rename one of them' }));
  const owners = new Map<string, string>();
  for (const { object, name } of groups) {
    const other = owners.get(name);
    owners.set(name, object);
    if (other !== undefined) fault(object, `${object} and ${other} would both be the group ${name} of ansible`);
    if (machines.has(name)) fault(object, `${object} would be the group ${name} of ansible, which is a machine's name`);
  }
  for (const machine of machines) {
    if (RESERVED.has(machine)) fault(machine, `${machine} means something else as the name of a machine in ansible`);
  }
  return faults;
}
