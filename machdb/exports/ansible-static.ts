import type { Fault } from '../../lib/errors.ts';
import { groupMachines } from './ansible-groups.ts';
import { formatVariables, reportVariables } from './ansible-variables.ts';
import type { ExportFormat, ExportInput } from './format.ts';

/**
 * `{"all": {"hosts": {"lab01": {…}}}, "room_a": {"hosts": {"lab01": null}}}`: a file that ansible's inventory plugin
 * `yaml` reads, when its name ends in `.json`. That plugin wants hosts and children as keys, where `script` wants lists.
 */
export const ansibleStaticFormat: ExportFormat = { heeds: [], render };

function* render(input: ExportInput): Generator<string | Fault> {
  yield '{\n"all": {"hosts": {';
  let before = '\n';
  for (const machine of input.machines()) {
    yield* reportVariables(input, machine);
    yield `${before}${JSON.stringify(machine.name)}: ${formatVariables(machine)}`;
    before = ',\n';
  }
  yield '\n}}';
  const { groups, faults } = groupMachines(input);
  yield* faults;
  for (const { name, children, hosts } of groups) {
    yield `,\n${JSON.stringify(name)}: {"children": ${formatKeys(children)}, "hosts": ${formatKeys(hosts)}}`;
  }
  yield '\n}\n';
}

function formatKeys(names: readonly string[]): string {
  return `{${names.map((name) => `${JSON.stringify(name)}:null`).join(',')}}`;
}
