// A small Debian package, built by dpkg-deb.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';

export type DebPackage = {
  readonly name: string;
  readonly version: string;
  /** `all` unless given. */
  readonly arch?: string;
  /** Further fields: `{ Depends: 'lab-base (>= 2)' }`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Texts by absolute path. Those below /etc are conffiles. A file that names the version is there in any case. */
  readonly files?: Readonly<Record<string, string>>;
  /** Bodies of maintainer scripts, for /bin/sh: `{ postinst: 'exit 1' }`. */
  readonly scripts?: Readonly<Record<string, string>>;
};

/** Writes NAME_VERSION_ARCH.deb into the directory. Returns its path. Takes about 0.1 s. */
export async function buildDeb(spec: DebPackage, directory: string): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'deb-'));
  try {
    await fillTree(tree, spec);
    const { name, version, arch = 'all' } = spec;
    const file = join(directory, `${name}_${version.replaceAll(':', '%3a')}_${arch}.deb`);
    await runCommand(['dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, file]);
    return file;
  } finally {
    await rm(tree, { recursive: true });
  }
}

async function fillTree(tree: string, spec: DebPackage): Promise<void> {
  const { name, version, arch = 'all', fields = {}, scripts = {} } = spec;
  const files = { [`/usr/share/${name}/version`]: `${version}\n`, ...spec.files };
  for (const [path, text] of Object.entries(files)) await put(tree, path, text);
  const control = { Package: name, Version: version, Architecture: arch, ...DEFAULTS, ...fields };
  await put(tree, 'DEBIAN/control', lines(Object.entries(control).map(([field, value]) => `${field}: ${value}`)));
  const conffiles = Object.keys(files).filter((path) => path.startsWith('/etc/'));
  if (conffiles.length > 0) await put(tree, 'DEBIAN/conffiles', lines(conffiles));
  for (const [script, body] of Object.entries(scripts)) {
    await put(tree, `DEBIAN/${script}`, `#!/bin/sh\n${body}\n`);
    await chmod(join(tree, 'DEBIAN', script), 0o755);
  }
  await putChecksums(
    tree,
    Object.keys(files).filter((path) => !conffiles.includes(path)),
  );
}

const DEFAULTS = { Maintainer: 'Lab <lab@example.test>', Section: 'misc', Description: 'a package for tests' };

async function putChecksums(tree: string, paths: readonly string[]): Promise<void> {
  const { stdout } = await runCommand(['md5sum', ...paths.map((path) => path.slice(1))], { cwd: tree });
  await put(tree, 'DEBIAN/md5sums', stdout);
}

async function put(tree: string, path: string, text: string): Promise<void> {
  const file = join(tree, path);
  await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  await writeFile(file, text);
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
