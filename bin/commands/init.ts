import type { Command } from 'commander';

/** `gutinteg init SITE`. */
export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('make a new site directory with a commented example of everything')
    .argument('<dir>', 'the directory, which must be empty or not exist')
    .option('--dry-run', 'print which files would be written, and write nothing')
    .addHelpText('after', INIT_HELP)
    .action(init);
}

async function init(dir: string, { dryRun }: { readonly dryRun?: true }): Promise<void> {
  const { checkEmpty, listNewSite, writeNewSite } = await import('../../site/init/init-site.ts');
  const files = await listNewSite();
  await checkEmpty(dir);
  if (dryRun !== true) await writeNewSite(dir, files);
  process.stdout.write(files.map(({ to }) => `  ${to}\n`).join(''));
  process.stdout.write(
    dryRun === true ? `${files.length} files would be written into ${dir}\n` : written(dir, files.length),
  );
}

function written(dir: string, count: number): string {
  return `${count} files written into ${dir}

Next:
  cd ${dir}
  machdb check        is the description sound? It is now; edit machdb/ and ask again
  gutinteg prepare    as root, some minutes: what machines are installed from
  gutinteg plan HOST --disks facts.json
                      after prepare: what would happen to HOST; \`gutinteg facts\` on it prints its disks
README.md there says what to change first.
`;
}

const INIT_HELP = `
A directory that holds nothing but .git counts as empty.

Examples:
  gutinteg init ~/site
  gutinteg init ~/site --dry-run

Exit codes: 0 written, 1 it could not be written, 2 the directory is not empty`;
