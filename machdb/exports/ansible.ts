import type { Fault } from '../../lib/errors.ts';
import { groupMachines } from './ansible-groups.ts';
import { formatVariables, reportVariables } from './ansible-variables.ts';
import type { ExportFormat, ExportInput } from './format.ts';

/**
 * `{"_meta": {"hostvars": {"lab01": {…}}}, "room_a": {"hosts": ["lab01"]}}`: what ansible's inventory plugin `script`
 * reads from a program. With `_meta` it asks that program only once.
 * @see https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html
 */
export const ansibleFormat: ExportFormat = { heeds: [], render };

function* render(input: ExportInput): Generator<string | Fault> {
  yield '{\n"_meta": {"hostvars": {';
  let before = '\n';
  for (const machine of input.machines()) {
    yield* reportVariables(input, machine);
    yield `${before}${JSON.stringify(machine.name)}: ${formatVariables(machine)}`;
    before = ',\n';
  }
  yield '\n}}';
  const { groups, ungrouped, faults } = groupMachines(input);
  yield* faults;
  for (const { name, children, hosts } of groups) yield formatGroup(name, { children, hosts });
  if (ungrouped.length > 0) yield formatGroup('ungrouped', { hosts: ungrouped });
  yield '\n}\n';
}

function formatGroup(name: string, group: { children?: readonly string[]; hosts: readonly string[] }): string {
  return `,\n${JSON.stringify(name)}: ${JSON.stringify(group)}`;
}
