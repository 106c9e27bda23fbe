// What belongs to a single machine, so that equal changes of many machines can be recognised. In: a machine's records.
// Out: texts with its name and addresses replaced by their variables. Never: I/O.
import { parseMac } from '../../lib/mac.ts';
import { isIpVariable, isMacVariable } from '../../machdb/query.ts';
import type { MachineValues } from './describe-machine.ts';

/** Replaces a machine's own values; equal results are the same text, each with the machine's own. */
export type ReplaceOwn = (text: string) => string;

/**
 * The name, MAC and IP addresses of a machine, as far as they are in both records: `Address=10.0.0.1/24` becomes
 * `Address=${IP}/24`. Only whole words are replaced.
 */
export function ownReplacer(name: string, before: MachineValues, after: MachineValues): ReplaceOwn {
  const own = new Map<string, string>();
  const add = (value: string, variable: string): void =>
    void (value === '' || own.has(value) || own.set(value, variable));
  add(name, 'HOSTNAME');
  for (const [variable, text] of Object.entries(after)) {
    if (before[variable] !== text || !(isIpVariable(variable) || isMacVariable(variable))) continue;
    for (const [index, word] of text.split(/\s+/).entries()) {
      add(word, `${variable} ${index}`);
      add(parseMac(word) ?? '', `${variable} ${index} canonical`);
    }
  }
  const values = [...own.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![A-Za-z0-9])(?:${values.map(escape).join('|')})(?![A-Za-z0-9])`, 'g');
  // What looks like a replaced value already must not become equal to one.
  return (text) => text.replaceAll('${', '$$${').replaceAll(pattern, (value) => `\${${own.get(value)}}`);
}

function escape(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, String.raw`\$&`);
}
