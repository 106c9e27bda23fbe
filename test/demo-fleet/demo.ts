// npm run demo:fleet: five hosts, an update that breaks one of them and stops there, and the update that is mended. In: nothing. Out: what
// a person would type and see, and exit code 0 only if all of it came out as told. Never: writes outside of its own namespaces.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../lib/errors.ts';
import { runMain } from '../../lib/exit.ts';
import { tellStory } from './story.ts';

const USAGE = `npm run demo:fleet

Starts the fleet's real server and five hosts with dpkg and apt of their own on this computer, in namespaces that end with it. An
update breaks a package on the test host and is halted there; then the package is mended, and all hosts get it. Takes under
two minutes. No root is needed where users may make namespaces; exit code 0 says that all of it came out as told.
`;

/** And the Debian packages that have them. */
const PROGRAMS = {
  unshare: 'util-linux',
  ip: 'iproute2',
  'apt-get': 'apt',
  'apt-ftparchive': 'apt-utils',
  'dpkg-deb': 'dpkg',
  gpg: 'gpg',
  openssl: 'openssl',
} as const;

/** Users of Debian do not have the directories of chroot and others. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** Mounts, a network and processes of its own; whoever is not root becomes it, within. */
const NAMESPACES = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
const AS_ROOT_WITHIN = ['--user', '--map-root-user'];

await runMain(async () => {
  const { values } = parse();
  if (values.help) process.stdout.write(USAGE);
  else if (values.inside !== undefined) await tellStory(values.inside);
  else startInside();
});

function parse() {
  try {
    return parseArgs({ options: { help: { type: 'boolean', default: false }, inside: { type: 'string' } } });
  } catch (cause) {
    throw new UserError((cause as Error).message, { exitCode: 2, hint: 'npm run demo:fleet -- --help' });
  }
}

function startInside(): void {
  requirePrograms();
  const isRoot = process.getuid?.() === 0;
  const options = [...(isRoot ? [] : AS_ROOT_WITHIN), ...NAMESPACES];
  if (spawnSync('unshare', [...options, 'true']).status !== 0) {
    throw new UserError('this computer lets nobody but root make namespaces, which the five hosts live in', {
      exitCode: 2,
      hint: isRoot ? 'a container needs the right to mount: --privileged' : 'sudo npm run demo:fleet',
    });
  }
  const directory = mkdtempSync(join(tmpdir(), 'gutinteg-demo-fleet-'));
  const node = join(import.meta.dirname, '../../bin/node');
  const argv = [...options, node, import.meta.filename, '--inside', directory];
  const env = { ...process.env, PATH, TMPDIR: directory };
  process.exitCode = spawnSync('unshare', argv, { stdio: 'inherit', env }).status ?? 1;
  // What was mounted there has ended with its namespace.
  rmdirSync(directory);
}

function requirePrograms(): void {
  const missing = Object.entries(PROGRAMS).filter(
    ([program]) => !PATH.split(delimiter).some((directory) => existsSync(join(directory, program))),
  );
  if (missing.length === 0) return;
  throw new UserError(`programs are missing: ${missing.map(([program]) => program).join(', ')}`, {
    exitCode: 2,
    hint: `apt-get install ${missing.map(([, name]) => name).join(' ')}`,
  });
}
