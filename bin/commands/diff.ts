import { Option } from 'commander';
import type { Command } from 'commander';
import type { PlanMerge } from '../../site/diff/describe-machine.ts';

type DiffOptions = {
  readonly site: string;
  readonly state?: string;
  readonly from?: string;
  readonly to?: string;
  readonly machine: readonly string[];
  readonly path: readonly string[];
  readonly json?: true;
  readonly stat?: true;
};

/** `gutinteg diff [OLD [NEW]]`. */
export function addDiffCommand(program: Command): void {
  const collect = (value: string, values: readonly string[]): string[] => [...values, value];
  program
    .command('diff')
    .description("show how every machine's files differ between two revisions of the site; contacts no machine")
    .argument('[old]', 'a git revision of the site; HEAD when left out')
    .argument('[new]', 'the same; the site as it is now when left out')
    .option('--from <dir>', 'a site directory instead of the old revision')
    .option('--to <dir>', 'a site directory instead of the new revision')
    .option('--machine <pattern>', 'only machines whose names match, with * and ?; may be repeated', collect, [])
    .option('--path <glob>', 'only these paths, such as etc/**, all of them; may be repeated', collect, [])
    .addOption(new Option('--stat', 'print how many paths differ, not which').conflicts('json'))
    .option('--json', 'print everything as JSON')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .addHelpText('after', DIFF_HELP)
    .action(diff);
}

async function diff(old: string | undefined, current: string | undefined, options: DiffOptions): Promise<void> {
  const { withPrivateDirectory } = await import('../../lib/private-directory.ts');
  await withPrivateDirectory('gutinteg-diff-', async (dir) => await diffIn(dir, { old, current }, options));
}

type Revisions = { readonly old: string | undefined; readonly current: string | undefined };

async function diffIn(dir: string, revisions: Revisions, options: DiffOptions): Promise<void> {
  const { runCommand } = await import('../../lib/run-command.ts');
  const { printLines } = await import('../../machdb/views/printable.ts');
  const { packagesEverywhere } = await import('../../netboot/agent/agent-package.ts');
  const { compileGlobs } = await import('../../packagelink/package/glob.ts');
  const { compareSites } = await import('../../site/diff/compare-sites.ts');
  const { formatSiteDiff, hasDifferences } = await import('../../site/diff/format-diff.ts');
  const { openPublished } = await import('../../site/diff/published-packages.ts');
  const { readSides } = await import('../../site/diff/read-sides.ts');
  const { createDiffer } = await import('../../site/diff/unified-diff.ts');
  const { loadSiteSettings } = await import('../../site/load-site.ts');

  const { site, from, to, machine, path, state } = options;
  const settings = await loadSiteSettings(to ?? site, state === undefined ? {} : { state });
  const sides = await readSides({ ...revisions, from, to, site, dir, run: runCommand });
  const result = await compareSites({
    ...sides,
    context: {
      findPublished: await openPublished(settings.stateDir),
      everywhere: packagesEverywhere(settings.settings),
      planMerge: await mergePlanner(),
    },
    isMachineWanted: machine.length === 0 ? () => true : compileGlobs(machine),
    isPathWanted: path.length === 0 ? () => true : compileGlobs(path),
  });
  const labels = { from: sides.before.label, to: sides.after.label };
  const diffTexts = createDiffer(runCommand, dir);
  if (options.json === true) {
    const { diffAsJson } = await import('../../site/diff/diff-json.ts');
    process.stdout.write(`${JSON.stringify(await diffAsJson(result, labels, diffTexts), undefined, 2)}\n`);
  } else {
    const style = { ...labels, stat: options.stat === true, whole: path.length > 0 };
    process.stdout.write(printLines(await formatSiteDiff(result, style, diffTexts)));
  }
  if (result.faulty.some(({ after }) => after !== undefined)) process.exitCode = 2;
  else if (hasDifferences(result)) process.exitCode = 3;
}

/** What the installer would merge, but for files that depend on disks that nobody has looked at. */
async function mergePlanner(): Promise<PlanMerge> {
  const { mergeInputOf } = await import('../../installer/plan/plan-files.ts');
  const { systemOf } = await import('../../installer/systems/all.ts');
  const { OF_THE_DISKS } = await import('../../site/diff/contents.ts');
  const { diskFilePaths } = await import('../../site/diff/disk-file-paths.ts');
  return ({ name, record, image, packages, consoles }) =>
    mergeInputOf({
      lookup: {
        name,
        record,
        image: { name: image.name },
        packages: packages.map((each) => ({ name: each.name, priority: each.manifest.priority })),
      },
      image: image.manifest,
      packages: packages.map(({ manifest }) => manifest),
      diskFiles: diskFilePaths(record['PARTITION'] ?? '').map((path) => ({ path, text: OF_THE_DISKS })),
      consoles,
      system: systemOf(record['OS']),
    });
}

const DIFF_HELP = `
Both sides are read as they are. Untracked files of the working tree count too, because a server would publish them.
Machines with the same differences form one group, which shows the paths of its first machine. Files that depend on a
machine's disks, such as fstab, are not compared.

Examples:
  gutinteg diff --site ~/site                        what I have changed and not committed
  gutinteg diff HEAD~1 HEAD --site ~/site --stat     what the last commit does, in numbers
  gutinteg diff v1 --machine 'lab*' --path 'etc/**'
  gutinteg diff --from /srv/site.old --to /srv/site.new --json

Exit codes: 0 no differences, 2 bad input or a machine that can no longer be installed, 3 differences`;
