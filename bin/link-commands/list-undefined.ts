import { alignColumns, printLines } from '../../machdb/views/printable.ts';
import { readLinks } from '../../packagelink/link/merge-onto-target.ts';
import type { LinkChange } from '../../packagelink/link/link-packages.ts';
import type { LinkedPackage, LinkState } from '../../packagelink/state/linked-packages.ts';
import type { LinkedTarget } from '../../packagelink/link/linked-target.ts';

type Undefined = {
  readonly variable: string;
  readonly package: string;
  readonly path: string;
  readonly inline: boolean;
};

/** Prints the variables of templates that nothing defines; exit code 3 when there are any. */
export async function listUndefinedVariables(
  { stateFile }: LinkedTarget,
  change: (state: LinkState) => Promise<LinkChange>,
  json: boolean,
): Promise<void> {
  const { packages } = await change(readLinks(stateFile));
  const found = packages.flatMap(undefinedOf).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
  else {
    const rows = found.map(({ variable, package: owner, path, inline }) => [
      variable,
      `${owner}: ${path}`,
      inline ? 'inside a line, must be defined' : 'begins a line, which stays a comment',
    ]);
    process.stdout.write(printLines(alignColumns(rows)));
  }
  if (found.length > 0) process.exitCode = 3;
}

function undefinedOf({ name, defines, manifest }: LinkedPackage): Undefined[] {
  return manifest.entries.flatMap((entry) => {
    if (entry.type !== 'file' || entry.template === undefined) return [];
    const { inline, leading } = entry.template;
    const variables = [...new Set([...inline, ...leading])].filter((variable) => !Object.hasOwn(defines, variable));
    return variables.map((variable) => ({
      variable,
      package: name,
      path: entry.path,
      inline: inline.includes(variable),
    }));
  });
}

function keyOf({ variable, package: owner, path }: Undefined): string {
  return JSON.stringify([variable, owner, path]);
}
