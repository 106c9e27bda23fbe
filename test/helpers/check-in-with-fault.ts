// Check-ins of one host, each with a fault at one of the calls that change a file. In: where the host is, by arguments; a line of JSON
// for each run. Out: a line for each. test/helpers/faulty-program.ts starts it.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tryCheckIn } from '../../fleet-agent/exchange/try-check-in.ts';
import { withFault } from './faults.ts';
import type { Fault } from './faults.ts';
import { standInContext, standInSystem } from './stand-in-system.ts';

export type FaultyCheckIn = { readonly fault: Fault; readonly versions: readonly string[] };
export type FaultyCheckInResult = { readonly outcome: string; readonly message: string; readonly calls: number };

const [state = '', url = '', certificate = '', name = ''] = process.argv.slice(2);

for await (const line of createInterface(process.stdin)) {
  const { fault, versions } = JSON.parse(line) as FaultyCheckIn;
  const stampFile = `${state}.stamp`;
  writeFileSync(stampFile, versions.join(' '));
  const system = standInSystem(versions, stampFile);
  const { result, calls } = await withFault(fault, async () => {
    try {
      const context = standInContext({ state, url, certificate, name }, system);
      using _client = context.client;
      return await tryCheckIn(context);
    } catch (error) {
      return { outcome: 'thrown', message: String(error) };
    }
  });
  const { outcome, message } = result;
  process.stdout.write(`${JSON.stringify({ outcome, message, calls } satisfies FaultyCheckInResult)}\n`);
}
