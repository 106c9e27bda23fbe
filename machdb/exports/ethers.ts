import type { Fault } from '../../lib/errors.ts';
import { isEthernet } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';
import type { ExportFormat, ExportInput } from './format.ts';
import { readNames } from './host-names.ts';
import { readInterfaces } from './interfaces.ts';

/**
 * `52:54:00:77:00:01 lab01`: a line for each MAC address. A name with dots is given whole, as look-ups need it.
 * @see ethers(5)
 */
export const ethersFormat: ExportFormat = { heeds: [], render };

function notEthernet(input: ExportInput, machine: string, what: { variable: string; mac: Mac }): Fault {
  const message = `${machine}: ${what.variable}: ${what.mac} is an address of InfiniBand, which this file cannot hold`;
  return { ...input.faultOf(machine, what.variable, { message }), severity: 'warning' };
}

function* render(input: ExportInput): Generator<string | Fault> {
  yield '# Written by machdb export ethers; changes belong in the machine database.\n';
  const owners = new Map<string, string>();
  for (const machine of input.machines()) {
    const faults: Fault[] = [];
    const names = readNames(input, machine, faults);
    const interfaces = names === undefined ? [] : readInterfaces({ input, machine, faults }, names.host);
    for (const { prefix, name, macs } of interfaces) {
      for (const mac of macs) {
        if (!isEthernet(mac)) {
          faults.push(notEthernet(input, machine.name, { variable: `${prefix}MAC`, mac }));
          continue;
        }
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
