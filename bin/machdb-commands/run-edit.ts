import type { Command } from 'commander';
import type { Edit, EditResult } from '../../machdb/edits/edit-machdb.ts';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

/** What every command takes that changes the database. */
export type EditOptions = SiteOption & { readonly dryRun?: true; readonly json?: true };

/** `--site`, `--dry-run` and `--json`. */
export function addEditOptions(command: Command): Command {
  return addSiteOption(command)
    .option('--dry-run', 'print the changes as a unified diff and write nothing')
    .option('--json', 'print {written, changes, remarks, warnings, diff} as JSON, or {written, faults}');
}

/** Makes an edit with the checks of the site and prints what was written where. */
export async function runEdit(edit: Edit, options: EditOptions): Promise<void> {
  const { join } = await import('node:path');
  const { FaultsError } = await import('../../lib/errors.ts');
  const { editMachdb } = await import('../../machdb/edits/edit-machdb.ts');
  const { site, dryRun = false, json = false } = options;
  try {
    const result = await editMachdb(edit, { dir: join(site, 'machdb'), checks: await loadChecks(site), dryRun });
    await print(result, { dryRun, json });
  } catch (error) {
    if (!json || !(error instanceof FaultsError)) throw error;
    process.stdout.write(`${JSON.stringify({ written: false, faults: error.faults }, undefined, 2)}\n`);
    process.exitCode = error.exitCode;
  }
}

async function loadChecks(site: string) {
  const { listSitePackages } = await import('../../site/load-site.ts');
  const { siteChecks } = await import('../../site/site-checks.ts');
  return siteChecks(new Set(await listSitePackages(site)));
}

async function print(result: EditResult, { dryRun, json }: { dryRun: boolean; json: boolean }): Promise<void> {
  const { formatEdit } = await import('../../machdb/edits/format-edit.ts');
  const { renderDiff } = await import('../../machdb/edits/render-diff.ts');
  const { written, changes, remarks, warnings } = result;
  if (json) {
    const diff = renderDiff(result);
    process.stdout.write(`${JSON.stringify({ written, changes, remarks, warnings, diff }, undefined, 2)}\n`);
  } else if (!dryRun) process.stdout.write(formatEdit(result));
  else if (result.files.length > 0) {
    process.stdout.write(renderDiff(result));
    // Apart from the diff, so that it can be piped into patch.
    if (remarks.length + warnings.length > 0) process.stderr.write(formatEdit({ changes, remarks, warnings }));
  } else process.stdout.write(formatEdit(result));
}

/** The end of each command's help. */
export const EDIT_EXIT_CODES = `
Everything else in the files stays as it is, byte for byte (docs/machdb-edits.md).
Exit codes: 0 done; 1 failed; 2 bad input, or an edit that would make the database faulty: nothing is changed`;
