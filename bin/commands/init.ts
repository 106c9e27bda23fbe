import type { Command } from 'commander';
import type { OwnKeys } from '../../site/init/find-own-keys.ts';

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
  const keys = await ownKeys();
  const files = await listNewSite(keys.found.map(({ key }) => key));
  await checkEmpty(dir);
  if (dryRun !== true) await writeNewSite(dir, files);
  process.stdout.write(files.map(({ to }) => `  ${to}\n`).join(''));
  const count = `${files.length} files ${dryRun === true ? 'would be ' : ''}written into ${dir}\n`;
  process.stdout.write(`${count}\n${await describeKeys(keys)}`);
  if (dryRun !== true) process.stdout.write(nextSteps(dir));
}

/** Those of the user, and, under sudo, of the user who called it. */
async function ownKeys(): Promise<OwnKeys> {
  const { homedir } = await import('node:os');
  const { findAccount } = await import('../../service/find-account.ts');
  const { findOwnKeys } = await import('../../site/init/find-own-keys.ts');
  const caller = process.env['SUDO_USER'];
  const account = caller === undefined || caller === '' ? undefined : await findAccount(caller);
  return findOwnKeys([homedir(), ...(account === undefined ? [] : [account.home])]);
}

async function describeKeys({ found, passedOver }: OwnKeys): Promise<string> {
  const { LOGIN_FILE } = await import('../../site/init/init-site.ts');
  const left = passedOver.map(({ file, why }) => `  ${file} was left out: ${why}\n`).join('');
  if (found.length === 0) return `${left}${NO_KEYS}`;
  const keys = found.map(({ file, key }) => `  ${file}  ${key.type} ${key.comment}`.trimEnd()).join('\n');
  return `These keys let in as root on its machines, by SSH (ROOT_KEYS in ${LOGIN_FILE}):\n${keys}\n${left}`;
}

const NO_KEYS = `No public key was found in ~/.ssh, so nobody can log in to its machines yet. To change that:
  ssh-keygen -t ed25519
  machdb set login ROOT_KEYS="$(cat ~/.ssh/id_ed25519.pub)"
`;

function nextSteps(dir: string): string {
  return `
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
A directory that holds nothing but .git counts as empty. Public keys in ~/.ssh/*.pub, under sudo also those of the user
who called it, become ROOT_KEYS of the new site: they let in as root on its machines. Nothing is asked.

Examples:
  gutinteg init ~/site
  gutinteg init ~/site --dry-run

Exit codes: 0 written, 1 it could not be written, 2 the directory is not empty`;
