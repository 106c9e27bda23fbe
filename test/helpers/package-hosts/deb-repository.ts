// A signed apt repository in a directory, made by dpkg-deb, apt-ftparchive and gpg.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';
import { buildDeb } from './deb-package.ts';
import type { DebPackage } from './deb-package.ts';

export type DebSuite = {
  /** Its directory in the repository, and its suite; `stable` or `stable-security`. */
  readonly suite: string;
  /** `Lab` unless given. */
  readonly origin?: string;
  readonly label?: string;
  readonly packages: readonly DebPackage[];
};

export type DebRepository = {
  readonly directory: string;
  /** The public key, as apt's `Signed-By` takes it. */
  readonly keyFile: string;
  readonly suites: readonly string[];
  /** Adds packages to a suite, or to a new one, and signs its lists again. */
  readonly publish: (suite: DebSuite) => Promise<void>;
};

/**
 * A flat repository with one directory a suite. In apt's words: `deb [signed-by=KEY] copy:/srv/packages stable/`.
 * Takes about 0.2 s, 0.2 s for each suite and 0.1 s for each package. The caller removes the directory.
 */
export async function makeDebRepository(directory: string, suites: readonly DebSuite[]): Promise<DebRepository> {
  await mkdir(directory, { recursive: true });
  const keyFile = join(directory, 'lab.gpg');
  const home = join(directory, '.key');
  await mkdir(home, { mode: 0o700 });
  const names: string[] = [];
  await makeKey(home, keyFile);
  const publish = async (suite: DebSuite): Promise<void> => {
    const path = join(directory, suite.suite);
    await mkdir(path, { recursive: true });
    for (const spec of suite.packages) await buildDeb(spec, path);
    await writeLists(directory, suite);
    await sign(home, directory, suite.suite);
    if (!names.includes(suite.suite)) names.push(suite.suite);
  };
  for (const suite of suites) await publish(suite);
  return { directory, keyFile, suites: names, publish };
}

/** Its own directory must not be listed, so the lists are made beside it. */
async function writeLists(directory: string, { suite, origin = 'Lab', label = origin }: DebSuite): Promise<void> {
  const path = join(directory, suite);
  const packages = await runCommand(['apt-ftparchive', 'packages', suite], { cwd: directory });
  await writeFile(join(path, 'Packages'), packages.stdout);
  await rm(join(path, 'InRelease'), { force: true });
  const fields = { Origin: origin, Label: label, Suite: suite, Codename: suite };
  const options = Object.entries(fields).flatMap(([field, value]) => [
    '-o',
    `APT::FTPArchive::Release::${field}=${value}`,
  ]);
  const release = await runCommand(['apt-ftparchive', ...options, 'release', path]);
  await writeFile(join(directory, `${suite}.release`), release.stdout);
}

/** Without an agent that stays: gpg starts one for each call, and is told to end it. */
async function makeKey(home: string, keyFile: string): Promise<void> {
  await gpg(home, ['--quick-generate-key', 'lab@example.test', 'ed25519', 'sign', 'never']);
  await gpg(home, ['--output', keyFile, '--export', 'lab@example.test']);
}

async function sign(home: string, directory: string, suite: string): Promise<void> {
  const signed = join(directory, suite, 'InRelease');
  await gpg(home, ['--output', signed, '--clearsign', join(directory, `${suite}.release`)]);
}

async function gpg(home: string, words: readonly string[]): Promise<void> {
  const quiet = ['--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', ''];
  await runCommand(['gpg', '--homedir', home, ...quiet, ...words]);
  await runCommand(['gpgconf', '--homedir', home, '--kill', 'all']);
}
