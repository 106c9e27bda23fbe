import type { Command } from 'commander';
import type { FilesInput } from '../../installer/plan/plan-files.ts';
import type { VariableExplanation } from '../../machdb/views/explain.ts';
import type { PathExplanation, ResolvedUse } from '../../packagelink/merge/explain-path.ts';
import type { MergeInput } from '../../packagelink/merge/merge.ts';
import type { SiteState } from '../open-site-state.ts';

type ExplainOptions = { readonly site: string; readonly state?: string; readonly json?: true };

/** `gutinteg explain HOST PATH`. */
export function addExplainCommand(program: Command): void {
  program
    .command('explain')
    .description(
      'show why a file of a machine is as it is: package, rule, template lines, and the origin of each value',
    )
    .argument('<host>', 'name of the machine in the database')
    .argument('<path>', 'path on the machine, such as /etc/motd')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .option('--json', 'the same as JSON')
    .addHelpText('after', EXPLAIN_HELP)
    .action(explain);
}

async function explain(host: string, asked: string, options: ExplainOptions): Promise<void> {
  const { explainPath, formatPathExplanation } = await import('../../packagelink/merge/explain-path.ts');
  const { formatExplanation } = await import('../../machdb/views/format-explanation.ts');
  const { printLines } = await import('../../machdb/views/printable.ts');
  const { mergeInputOf } = await import('../../installer/plan/plan-files.ts');
  const { openSiteState } = await import('../open-site-state.ts');

  const path = asked
    .split('/')
    .filter((word) => word !== '' && word !== '.')
    .join('/');
  const state = await openSiteState(options.site, options.state);
  const files = await filesOf(host, state);
  const input = mergeInputOf(files);
  const explanation = explainPath(input, path) ?? (await failUnowned(host, path, input));
  const template = await usesOf(explanation, state, input);
  const variables = await originsOf(host, state, await variablesFor(explanation, template, files));
  if (options.json === true) {
    const { content: _content, ...known } = explanation;
    process.stdout.write(`${JSON.stringify({ host, ...known, path: `/${path}`, template, variables }, null, 2)}\n`);
    return;
  }
  const lines = [...formatPathExplanation(explanation, template), ...variables.flatMap(formatExplanation)];
  process.stdout.write(printLines(lines));
}

/** What decides the machine's files; of those that depend on its disks only the path is known. */
async function filesOf(host: string, state: SiteState): Promise<FilesInput> {
  const { UserError } = await import('../../lib/errors.ts');
  const { directoryFetcher } = await import('../../packagelink/contents/fetch.ts');
  const { fetchManifests } = await import('../../installer/description/fetch-manifests.ts');
  const { systemOf } = await import('../../installer/systems/all.ts');
  const { consolesOf } = await import('../../site/settings.ts');
  const { openMachines } = await import('../open-site-state.ts');
  const { parsePartitionSpec } = await import('../../partition-specs/spec.ts');
  const site = await openMachines(state);
  const machine = await site.lookupByName(host);
  if (machine === undefined) {
    const hint = `machdb check --site ${state.dir}`;
    throw new UserError(`the database has no machine ${host}`, { exitCode: 2, hint });
  }
  const lookup = await machine.describe('00000000-0000-4000-8000-000000000000');
  const fetcher = directoryFetcher(state.store.dir);
  const manifests = await fetchManifests({ lookup, fetcher, publicKeys: [state.key.publicPem] });
  const { arrays } = parsePartitionSpec(lookup.record['PARTITION'] ?? '');
  return {
    lookup,
    ...manifests,
    diskFiles: ['/etc/fstab', ...(arrays.length === 0 ? [] : ['/etc/mdadm/mdadm.conf'])].map((path) => {
      return { path, text: lookup.record['PARTITION'] ?? '' };
    }),
    consoles: consolesOf(state.settings.consoles, lookup.record),
    system: systemOf(lookup.record['OS']),
  };
}

async function usesOf({ content }: PathExplanation, state: SiteState, { defines }: MergeInput): Promise<ResolvedUse[]> {
  if (content?.kind !== 'template') return [];
  const { directoryFetcher } = await import('../../packagelink/contents/fetch.ts');
  const { listTemplateUses } = await import('../../packagelink/package/preprocess.ts');
  const { readSource } = await import('../../packagelink/contents/read-source.ts');
  const bytes = await readSource(content, directoryFetcher(state.store.dir));
  return listTemplateUses(bytes).map((use) => {
    return { ...use, value: Object.hasOwn(defines, use.variable) ? (defines[use.variable] ?? null) : null };
  });
}

/** The variables that decide the bytes, and those that bring the owner onto the machine. */
async function variablesFor(
  { path, content, owner }: PathExplanation,
  template: readonly ResolvedUse[],
  { lookup, system, diskFiles = [], consoles }: FilesInput,
): Promise<string[]> {
  const { renderedFrom } = await import('../../installer/plan/rendered-from.ts');
  if (content?.kind === 'literal') {
    if (diskFiles.some((file) => file.path === `/${path}`)) return ['PARTITION'];
    const rendering = { hostname: lookup.name, record: lookup.record, diskFiles, consoles };
    return renderedFrom(system, rendering, `/${path}`);
  }
  const used = [...new Set(template.map(({ variable }) => variable))];
  const chosenBy = owner === lookup.image.name ? ['IMAGE', 'OS', 'OSREV', 'ARCH'] : ['PACKAGES'];
  return [...used, ...chosenBy.filter((variable) => !used.includes(variable))];
}

/** Only variables that something is known of. */
async function originsOf(host: string, state: SiteState, wanted: readonly string[]): Promise<VariableExplanation[]> {
  const { join } = await import('node:path');
  const { loadWanted } = await import('../../machdb/load.ts');
  const { explainObject } = await import('../../machdb/views/explain.ts');
  const known = explainObject(await loadWanted(join(state.dir, 'machdb'), { name: host }), host);
  return wanted.flatMap((variable) => known.find((each) => each.variable === variable) ?? []);
}

async function failUnowned(host: string, path: string, input: MergeInput): Promise<never> {
  const { UserError } = await import('../../lib/errors.ts');
  const { knownPathsOf, nearPaths } = await import('../../packagelink/merge/near-paths.ts');
  const near = nearPaths(path, knownPathsOf(input)).map((each) => `/${each}`);
  const others = near.length === 0 ? '' : `; near it are ${near.join(' ')}`;
  throw new UserError(`no package of ${host} has /${path}, so no run touches it${others}`, {
    hint: near.length === 0 ? `gutinteg explain ${host} /etc` : `gutinteg explain ${host} ${near[0]}`,
  });
}

const EXPLAIN_HELP = `
Reads the site and its package store, as they are now; needs neither a server nor the machine. For files that depend on
the disks, such as fstab, only the owner is known; 'gutinteg plan' renders them.

Exit codes: 0 printed, 1 no package has the path, 2 no such machine, or a faulty site.

Examples:
  gutinteg explain lab01 /etc/motd --site ~/site
  gutinteg explain lab01 /etc/hosts --json | jq '.variables[].steps'
`;
