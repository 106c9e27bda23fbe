import type { Command } from 'commander';
import type { PlannedFile } from '../../service/plan-install.ts';
import type { ServiceSettings } from '../../service/render/server-unit.ts';

type InstallOptions = {
  readonly site: string;
  readonly state?: string;
  readonly user: string;
  readonly root: string;
  readonly dryRun?: true;
  readonly force?: true;
  readonly json?: true;
};
type UninstallOptions = Pick<InstallOptions, 'root' | 'dryRun'>;

/** `gutinteg service install` and `uninstall`. */
export function addServiceCommand(program: Command): void {
  const service = program.command('service').description('run the server as a systemd service with a user of its own');
  service
    .command('install')
    .description('write the systemd units, create the user, and give it the state directory')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .option('--user <name>', 'user and group of the server', 'gutinteg')
    .option('--root <dir>', 'write into the tree of another computer; nothing is run there', '/')
    .option('--dry-run', 'print what would be done, and the files')
    .option('--force', 'also replace files that were edited by hand')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', INSTALL_HELP)
    .action(install);
  service
    .command('state')
    .description('only give the state directory to the user that serves from it, such as the one of a container')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .option('--user <name>', 'name or number of the user', 'gutinteg')
    .option('--dry-run', 'print what would be done')
    .addHelpText('after', STATE_HELP)
    .action(giveState);
  service
    .command('uninstall')
    .description('remove the units; the user and the state stay')
    .option('--root <dir>', 'in the tree of another computer', '/')
    .option('--dry-run', 'print what would be removed')
    .addHelpText('after', UNINSTALL_HELP)
    .action(uninstall);
}

async function install(options: InstallOptions): Promise<void> {
  const { resolve } = await import('node:path');
  const { UserError } = await import('../../lib/errors.ts');
  const { planInstall } = await import('../../service/plan-install.ts');
  const { readServiceFiles, writeServiceFiles } = await import('../../service/install.ts');
  const { noteTemporary } = await import('../../service/render/hidden-paths.ts');
  const settings = await settingsOf(options);
  const root = resolve(options.root);
  const planned = planInstall(settings, await readServiceFiles(root));
  const files = planned.map((file): PlannedFile => {
    return file.verdict === 'edited' && options.force === true ? { ...file, verdict: 'replaced' } : file;
  });
  const edited = files.filter(({ verdict }) => verdict === 'edited').map(({ path }) => `/${path}`);
  if (edited.length > 0 && options.dryRun !== true) {
    throw new UserError(`${edited.join(', ')} was edited by hand, or is somebody else's; nothing was written`, {
      hint: 'keep changes in `systemctl edit gutinteg-server`; --dry-run shows the new text, --force replaces the file',
    });
  }
  for (const note of noteTemporary(settings)) process.stderr.write(`note: ${note}\n`);
  if (options.dryRun !== true) await writeServiceFiles(root, files);
  const done = root === '/' ? await settleHere(settings, options) : [];
  process.stdout.write(options.json === true ? asJson(files, done) : asText(files, done, options, settings));
}

async function giveState(options: Pick<InstallOptions, 'site' | 'state' | 'user' | 'dryRun'>): Promise<void> {
  const { resolve } = await import('node:path');
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { needAccount } = await import('../../service/find-account.ts');
  const { handOver, readHandOver } = await import('../../service/hand-over.ts');
  const { formatStep } = await import('../../service/render/hand-over-step.ts');
  const stateDir = resolve(options.state ?? (await loadSiteSettings(options.site)).stateDir);
  const account = await needAccount(options.user);
  const steps = await readHandOver(stateDir, account);
  if (options.dryRun !== true) await handOver(stateDir, steps);
  process.stdout.write(steps.map((step) => `${formatStep(step, { stateDir, user: account.name })}\n`).join(''));
  if (steps.length === 0) process.stdout.write(`${stateDir}: already belongs to ${account.name}\n`);
}

async function settingsOf(options: InstallOptions): Promise<ServiceSettings> {
  const { resolve } = await import('node:path');
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { checkSettings } = await import('../../service/check-settings.ts');
  const { dir, stateDir } = await loadSiteSettings(
    options.site,
    options.state === undefined ? {} : { state: options.state },
  );
  const programDir = resolve(import.meta.dirname, '../..');
  return checkSettings({ siteDir: dir, stateDir: resolve(stateDir), programDir, user: options.user });
}

/** User, state directory and systemd of this computer; answers a line for each thing that is done. */
async function settleHere(settings: ServiceSettings, { dryRun }: InstallOptions): Promise<string[]> {
  const { UserError } = await import('../../lib/errors.ts');
  const { findAccount } = await import('../../service/find-account.ts');
  const { handOver, readHandOver } = await import('../../service/hand-over.ts');
  const { formatStep } = await import('../../service/render/hand-over-step.ts');
  const { makeUser, reloadSystemd } = await import('../../service/install.ts');
  const { user, stateDir } = settings;
  const lines: string[] = [];
  if ((await findAccount(user)) === undefined) {
    lines.push(`user and group ${user}: made by systemd-sysusers`);
    if (dryRun !== true) await makeUser();
  }
  // Numbers that nobody has, for the dry run of a first time.
  const account = (await findAccount(user)) ?? { name: user, uid: -1, gid: -1, home: stateDir, isKnown: true };
  if (account.uid === 0) throw new UserError('root cannot be the user of the service', { exitCode: 2 });
  const steps = await readHandOver(stateDir, account);
  lines.push(...steps.map((step) => formatStep(step, { stateDir, user })));
  if (dryRun === true) return lines;
  await handOver(stateDir, steps);
  await reloadSystemd();
  return lines;
}

function asJson(files: readonly PlannedFile[], done: readonly string[]): string {
  return `${JSON.stringify({ files: files.map(({ path, verdict }) => ({ path: `/${path}`, verdict })), done }, null, 2)}\n`;
}

function asText(
  files: readonly PlannedFile[],
  done: readonly string[],
  { dryRun, root }: InstallOptions,
  { siteDir, user }: ServiceSettings,
): string {
  const list = files.map(({ path, verdict }) => `${verdict.padEnd(9)} /${path}\n`).join('');
  const lines = done.map((line) => `  ${line}\n`).join('');
  if (dryRun === true) {
    const texts = files.map(({ path, text }) => `\n==> /${path}\n${text}`).join('');
    return `${list}${lines}nothing was done: --dry-run\n${texts}`;
  }
  if (root !== '/') return `${list}written below ${root}; systemd makes user and directories there when it starts\n`;
  return `${list}${lines}
Next, as root:
  gutinteg prepare --site ${siteDir}                what machines are installed from; or systemctl start gutinteg-prepare
  systemctl enable --now gutinteg-server
  systemctl status gutinteg-server
Who is in the group of the control socket may arm machines: usermod -aG ${user} NAME
`;
}

async function uninstall({ root, dryRun }: UninstallOptions): Promise<void> {
  const { resolve } = await import('node:path');
  const { planUninstall } = await import('../../service/plan-install.ts');
  const { readServiceFiles, reloadSystemd, removeServiceFiles } = await import('../../service/install.ts');
  const { remove, edited } = planUninstall(await readServiceFiles(resolve(root)));
  if (dryRun !== true) {
    await removeServiceFiles(resolve(root), remove);
    if (resolve(root) === '/') await reloadSystemd();
  }
  const word = dryRun === true ? 'would be removed' : 'removed';
  process.stdout.write(remove.map((path) => `${word} /${path}\n`).join(''));
  process.stdout.write(edited.map((path) => `left    /${path}: it was edited by hand\n`).join(''));
  process.stdout.write('The user and the state directory stay. A server that runs goes on until it is stopped.\n');
}

const INSTALL_HELP = `
Nothing is started or enabled. A second run reports what is unchanged, and replaces a unit only if nobody has edited it.
Keep your own settings in a drop-in (systemctl edit gutinteg-server).

The state directory is handed over: what the server writes belongs to its user, what root's commands write stays root's.
'gutinteg prepare' and the other commands that need root go on working in it.

Examples:
  gutinteg service install --site /srv/site --dry-run
  gutinteg service install --site /srv/site
  gutinteg service install --site /srv/site --root /mnt/image

Exit codes: 0 done, 1 a file was edited by hand or could not be written, 2 bad input`;

const STATE_HELP = `
Examples:
  gutinteg service state --site /srv/site --user 1234 --dry-run
  gutinteg service state --site /srv/site --user 1234`;

const UNINSTALL_HELP = `
Examples:
  gutinteg service uninstall --dry-run
  gutinteg service uninstall`;
