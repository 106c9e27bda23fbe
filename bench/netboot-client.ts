// What the floods send, as a process in the client's namespace: netboot-client.ts MODE [NUMBER…] [list]. Each mode is
// bounded in count and time, sends to the lab's server alone, and prints one line of JSON at its end.
import { dhcpBind, dhcpFlood, dhcpTimes } from './netboot-client-dhcp.ts';
import { fuzz } from './netboot-client-fuzz.ts';
import { httpTimes, slowReaders, tftpHold, tftpRefusals, tftpTimes } from './netboot-client-holders.ts';

const [mode = '', ...words] = process.argv.slice(2);
const [first = 0, second = 0] = words.map(Number);

const modes: Readonly<Record<string, () => Promise<object>>> = {
  'dhcp-flood': () => dhcpFlood(first, second),
  'dhcp-times': () => dhcpTimes(first),
  'dhcp-bind': () => dhcpBind(first, second, words.includes('list')),
  'http-times': () => httpTimes(first),
  'slow-readers': () => slowReaders(first, second),
  'tftp-hold': () => tftpHold(first, second),
  'tftp-times': () => tftpTimes(first),
  'tftp-refusals': () => tftpRefusals(first),
  fuzz: () => fuzz(first, second),
};
const run = modes[mode];
if (run === undefined) throw new Error(`no mode ${mode}`);
process.stdout.write(`${JSON.stringify(await run())}\n`);
