// Databases full of hostile values for the tests of exports: what a format refuses is taken out, the rest must pass.
import * as fc from 'fast-check';
import { FaultsError } from '../../lib/errors.ts';
import type { ExportFormatName } from '../../machdb/exports/format-names.ts';
import type { ExportSettings } from '../../machdb/exports/format.ts';
import { exportFormats } from '../../machdb/exports/formats.ts';
import { renderExport } from '../../machdb/exports/render-export.ts';
import { parseMachdb } from '../../machdb/parse.ts';
import { resolveRecord } from '../../machdb/resolve.ts';

/** A machine as text: variables and their values, none of which holds both kinds of quotes. */
export type WrittenMachine = { readonly name: string; readonly variables: Readonly<Record<string, string>> };

/** The text of an export and the records of the machines that are in it. */
export type HostileExport = {
  readonly text: string;
  readonly records: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly refused: number;
};

// What means something to some program; between them stands a ~.
const SHARDS = [
  String.raw`$INCLUDE~$ORIGIN~$GENERATE~/etc/passwd~@~(~)~;~\~\010~\;~"~'~$(id)~{{~}}~{%~%}~{#~{{ 7*7 }}~#~ # ~=~,~.`,
  String.raw`..~-~--~*~&a~!unsafe~null~true~1e3~0x10~[1]~{"a":1}~</script>~ ~a~A1~10.0.0.300~::1%eth0~IN A 10.0.0.1`,
  'dhcp-script=/bin/x~set:x~tag:x~infinite~12h~`id`~\u00e9~\u2028~\u{1f600}~\t',
].flatMap((shards) => shards.split('~'));

/** Made of shards; without both kinds of quotes, as the language has it. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...SHARDS), { maxLength: 6 })
  .map((shards) => shards.join(''))
  .map((text) => (text.includes('"') ? text.replaceAll("'", '') : text))
  .filter((text) => !text.endsWith('\\'));

/** `legal` nearly always, something hostile otherwise, or the two together. */
export function oftenLegal(legal: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const both = fc.tuple(legal, hostileText).map(([good, bad]) => `${good} ${bad}`.replaceAll(/["']/g, ''));
  return fc.oneof(
    { arbitrary: legal, weight: 24 },
    { arbitrary: hostileText, weight: 1 },
    { arbitrary: both, weight: 1 },
  );
}

/** Exports what is left of the machines when those with faults are gone, and those with faults that this brings. */
export function exportSound(
  format: ExportFormatName,
  { head, machines }: { head: string; machines: readonly WrittenMachine[] },
  settings: ExportSettings = {},
): HostileExport {
  let left = machines;
  for (;;) {
    const db = parseMachdb([{ path: 'x.db', text: head + left.map(writeMachine).join('') }]);
    try {
      const { chunks } = renderExport(db, exportFormats[format], { settings });
      const records = new Map(left.map(({ name }) => [name, resolveRecord(db, name)]));
      return { text: Buffer.concat(chunks).toString(), records, refused: machines.length - left.length };
    } catch (error) {
      if (!(error instanceof FaultsError)) throw error;
      const faulty = new Set(error.faults.map(({ message }) => /^[^ :]+/.exec(message)?.[0]));
      const sound = left.filter(({ name }) => !faulty.has(name));
      // A fault must name the machine that it is about.
      if (sound.length === left.length) throw error;
      left = sound;
    }
  }
}

function writeMachine({ name, variables }: WrittenMachine): string {
  const lines = Object.entries(variables).map(([variable, value]) => {
    const quote = value.includes('"') ? "'" : '"';
    return `    ${variable}=${quote}${value.replaceAll('${', '$${')}${quote}\n`;
  });
  return `${name}:${name === 'heirless' ? '' : ' net room-a'}\n${lines.join('')}`;
}
