// Is the description sound? In: a database and checks from outside. Out: every fault. Never: throws for a fault.
import type { Fault } from '../lib/errors.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkHostNames } from './check-host-names.ts';
import { machineNames } from './query.ts';
import { faultAtLine, lastPlace, listContributions, splitWords, tryResolve } from './resolve.ts';
import type { Machdb, Machine, RecordCheck } from './types.ts';

/**
 * All that is wrong with the machines of a database: names, addresses, references, REQUIRED variables, secrets, and
 * what `checks` find in each record that resolves. A fault that many machines inherit is reported once.
 */
export function checkMachdb(db: Machdb, checks: readonly RecordCheck[]): Fault[] {
  const faults: Fault[] = [];
  const machines: Machine[] = [];
  for (const name of machineNames(db)) {
    const resolution = tryResolve(db, name);
    faults.push(...resolution.faults);
    machines.push({
      name,
      record: Object.fromEntries(resolution.values),
      // Looked up only when a fault needs it: few machines have one.
      where: (variable) => lastPlace(listContributions(db, name), variable),
    });
    const machine = machines.at(-1);
    if (machine === undefined || resolution.faults.length > 0) continue;
    faults.push(...checkRequired(db, machine), ...checks.flatMap((check) => check(machine)));
  }
  faults.push(...checkSecrets(db), ...checkHostNames(db, machines), ...checkAddresses(db, machines));
  return sortFaults(db, faults);
}

function checkRequired(db: Machdb, machine: Machine): Fault[] {
  const missing = splitWords(machine.record['REQUIRED'] ?? '').filter(
    (variable) => machine.record[variable] === undefined,
  );
  const header = db.objects.get(machine.name);
  if (missing.length === 0 || header === undefined) return [];
  const asker = machine.where('REQUIRED');
  const message = `${machine.name} lacks ${missing.join(', ')}, required by ${asker?.file}:${asker?.line}`;
  return [faultAtLine(db, header, { message })];
}

function checkSecrets(db: Machdb): Fault[] {
  const assignments = [...db.objects.values()].flatMap((object) => object.assignments);
  return assignments
    .filter(({ variable }) => variable.endsWith('_SECRET'))
    .map((assignment) => {
      const message = `${assignment.variable}: this version cannot keep secrets yet, and would send this one in the clear`;
      const { text: _hidden, ...fault } = faultAtLine(db, assignment, {
        message,
        suggestion: 'remove the line, and change the secret',
      });
      return fault;
    });
}

/** In the order of the files, and each fault once. */
function sortFaults(db: Machdb, faults: readonly Fault[]): Fault[] {
  const order = new Map([...db.sources.keys()].map((file, index) => [file, index]));
  const fileOrder = ({ where }: Fault) => order.get(where) ?? order.size;
  const once = new Map(faults.map((fault) => [`${fault.where}:${fault.line}: ${fault.message}`, fault]));
  return [...once.values()].sort((a, b) => fileOrder(a) - fileOrder(b) || (a.line ?? 0) - (b.line ?? 0));
}
