import type { Fault } from '../../lib/errors.ts';
import type { ExportFormat, ExportInput } from './format.ts';
import { readNames } from './host-names.ts';
import { readInterfaces } from './interfaces.ts';

/**
 * `52:54:00:77:00:01 lab01`: a line for each MAC address. A name with dots is given whole, as look-ups need it.
 * @see ethers(5)
 */
export const ethersFormat: ExportFormat = { heeds: [], render };

function* render(input: ExportInput): Generator<string | Fault> {
  yield '# Written by machdb export ethers; changes belong in the machine database.\n';
  const owners = new Map<string, string>();
  for (const machine of input.machines()) {
    const faults: Fault[] = [];
    const names = readNames(input, machine, faults);
    const interfaces = names === undefined ? [] : readInterfaces({ input, machine, faults }, names.host);
    for (const { prefix, name, macs } of interfaces) {
      for (const mac of macs) {
        const other = owners.get(mac);
        if (other === undefined) yield `${mac} ${name.short}\n`;
        else {
          const message = `${machine.name}: ${prefix}MAC: ${mac} is already the MAC address of ${other}`;
          faults.push(input.faultOf(machine.name, `${prefix}MAC`, { message }));
        }
        owners.set(mac, machine.name);
      }
    }
    yield* faults;
  }
}
