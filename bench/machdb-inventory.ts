// The same machines as Ansible would be told of them: an inventory in JSON, which ansible-inventory reads faster than INI.
import type { Machdb } from '../machdb/types.ts';
import { assignmentsOf } from '../machdb/resolve.ts';

type Vars = Record<string, string>;
type Group = { vars: Vars; hosts: Record<string, Vars>; children: Record<string, object> };

/** Objects become groups, machines hosts of the groups that they name as parents; everyone keeps his own lines. */
export function inventoryOf(db: Machdb): string {
  const groups: Record<string, Group> = {};
  // Ansible warns of a - in a group's name, once for each.
  const groupOf = (name: string): Group => (groups[groupName(name)] ??= { vars: {}, hosts: {}, children: {} });
  for (const object of db.objects.values()) {
    const vars = Object.fromEntries(assignmentsOf(db, object).map(({ variable, value }) => [variable, value]));
    if (!object.isMachine) groupOf(object.name).vars = vars;
    for (const [index, { name }] of object.parents.entries()) {
      if (object.isMachine) groupOf(name).hosts[object.name] = index === 0 ? vars : {};
      else groupOf(name).children[groupName(object.name)] = {};
    }
  }
  return JSON.stringify({ all: { children: groups } });
}

const groupName = (name: string): string => name.replaceAll('-', '_');
