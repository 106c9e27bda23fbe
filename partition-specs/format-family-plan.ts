// What a layout is rendered to, as text for people: commands with their reasons and input, then files.
import type { FamilyPlan } from './render/disk-operation.ts';

/** `# why`, `$ command`, its input, and `--- path` before each file. Ends in a newline. */
export function formatFamilyPlan({ operations, files }: FamilyPlan): string {
  const commands = operations.map(({ why, argv, stdin }) => `# ${why}\n$ ${argv.map(quote).join(' ')}\n${stdin ?? ''}`);
  return [...commands, ...files.map(({ path, text }) => `--- ${path}\n${text}`)].join('\n');
}

/** As a shell would read it back; only for people, nothing here is run by a shell. */
function quote(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
