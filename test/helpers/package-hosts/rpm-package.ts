// A small rpm, built by rpmbuild.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';

export type RpmPackage = {
  readonly name: string;
  /** `1.0`, without epoch and release. */
  readonly version: string;
  /** `1` unless given. */
  readonly release?: string;
  /** `noarch` unless given. */
  readonly arch?: string;
  /** Further tags: `{ Requires: 'lab-base >= 2', Epoch: '1' }`. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Texts by absolute path. Those below /etc are configuration. A file that names the version is there in any case. */
  readonly files?: Readonly<Record<string, string>>;
  /** Bodies of scriptlets, for /bin/sh, which a package of the repository must provide: `{ post: 'exit 1' }`. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** The repository has an advisory that names this version as a security update. */
  readonly isSecurity?: boolean;
};

/** Writes NAME-VERSION-RELEASE.ARCH.rpm into the directory. Takes about 0.2 s. */
export async function buildRpm(spec: RpmPackage, directory: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'rpm-'));
  try {
    const files = { [`/usr/share/${spec.name}/version`]: `${spec.version}\n`, ...spec.files };
    for (const [path, text] of Object.entries(files)) await put(join(work, 'tree', path), text);
    await put(join(work, 'lab.spec'), renderSpec(spec, join(work, 'tree'), Object.keys(files)));
    const macros = {
      _topdir: join(work, 'top'),
      _rpmdir: directory,
      _rpmfilename: '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm',
      _dbpath: join(work, 'database'),
      _build_id_links: 'none',
      __os_install_post: '%{nil}',
    };
    const defines = Object.entries(macros).flatMap(([macro, value]) => ['--define', `${macro} ${value}`]);
    const target = ['--target', `${spec.arch ?? 'noarch'}-linux`];
    await runCommand(['rpmbuild', '-bb', '--quiet', ...target, ...defines, join(work, 'lab.spec')]);
  } finally {
    await rm(work, { recursive: true });
  }
}

function renderSpec(spec: RpmPackage, tree: string, paths: readonly string[]): string {
  const { name, version, release = '1', tags = {}, scripts = {} } = spec;
  const preamble = {
    Name: name,
    Version: version,
    Release: release,
    Summary: 'a package for tests',
    License: 'none',
    Group: 'misc',
    Vendor: 'Lab',
    AutoReqProv: 'no',
    ...tags,
  };
  return [
    '%global debug_package %{nil}',
    ...Object.entries(preamble).map(([tag, value]) => `${tag}: ${value}`),
    "%description\nIt has nothing\nto describe, and isn't used.",
    `%install\nmkdir -p %{buildroot}\ncp -a ${tree}/. %{buildroot}`,
    ...Object.entries(scripts).map(([script, body]) => `%${script} -p /bin/sh\n${body}`),
    '%files\n%defattr(-,root,root)',
    `%dir /usr/share/${name}`,
    ...paths.map((path) => (path.startsWith('/etc/') ? `%config(noreplace) "${path}"` : `"${path}"`)),
    '',
  ].join('\n');
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  await writeFile(file, text);
}
