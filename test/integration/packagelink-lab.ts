// A small OS tree, a site package, a store and a target for the packagelink tests, and what rsync and find say of them.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { applyFull } from '../../packagelink/full/apply-full.ts';
import { applyPartial } from '../../packagelink/partial/apply-partial.ts';
import type { ApplyPartialOptions } from '../../packagelink/partial/partial-options.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import type { SiteKey } from '../../packagelink/manifests/keys.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import type { GeneratedFile, Layer } from '../../packagelink/merge/merge.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { openStore } from '../../packagelink/store/store.ts';
import type { Store } from '../../packagelink/store/store.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';

export const STATE = 'var/lib/gutinteg/packagelink.db';
export type Lab = {
  readonly dir: string;
  readonly os: string;
  readonly site: string;
  readonly target: string;
  readonly store: Store;
  readonly key: SiteKey;
  readonly fetcher: Fetcher;
};

/** A small OS tree, a site package, an empty target and a store, in a directory that goes when the test ends. */
export async function withLab<T>(parent: string, check: (lab: Lab) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(parent, 'packagelink-'));
  try {
    const [os, site, target] = ['os', 'site', 'target'].map((name) => join(dir, name)) as [string, string, string];
    for (const path of [os, site, target]) mkdirSync(path);
    fillImage(os);
    put(site, 'etc/motd.plprocess', 'This is ##HOSTNAME##.\n##NFS##nfs\n');
    put(site, 'etc/issue', 'site\n');
    put(site, 'usr/local/bin/tool', '#!/bin/sh\n', 0o777);
    put(site, 'etc/secret', 'x\n');
    put(site, '.packagelink.yaml', 'files:\n  - match: etc/secret\n    mode: "0600"\n    gid: 42\n');
    const store = openStore(join(dir, 'store'));
    const lab = {
      dir,
      os,
      site,
      target,
      store,
      key: await loadOrCreateSiteKey(join(dir, 'state')),
      fetcher: directoryFetcher(store.dir),
    };
    return await check(lab);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export function put(root: string, path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
}

function fillImage(os: string): void {
  put(os, 'etc/issue', 'image\n');
  put(os, 'etc/machine-id', '');
  put(os, 'etc/shadow', 'root:*\n', 0o640);
  chownSync(join(os, 'etc/shadow'), 0, 42);
  put(os, 'usr/bin/passwd', 'setuid program', 0o755);
  chownSync(join(os, 'usr/bin/passwd'), 1, 2);
  chmodSync(join(os, 'usr/bin/passwd'), 0o6755);
  put(os, 'usr/bin/ping', 'ping', 0o755);
  execFileSync('setcap', ['cap_net_raw+ep', join(os, 'usr/bin/ping')]);
  put(os, 'usr/bin/perl', 'perl', 0o755);
  linkSync(join(os, 'usr/bin/perl'), join(os, 'usr/bin/perl5.36.0'));
  put(
    os,
    'usr/lib/big',
    Buffer.alloc(
      9 * 1024 * 1024 + 17,
      Array.from({ length: 1021 }, (_, index) => String.fromCharCode(index % 251)).join(''),
    ),
  );
  put(os, 'usr/share/Grüße $(x) \n', 'a name with all sorts of things');
  symlinkSync('usr/bin', join(os, 'bin'));
  symlinkSync('/no/such/thing', join(os, 'etc/dangling'));
  mkdirSync(join(os, 'tmp'));
  chmodSync(join(os, 'tmp'), 0o1777);
  mkdirSync(join(os, 'root'), { mode: 0o700 });
  for (const path of ['etc/issue', 'usr/bin/passwd', 'etc', 'tmp'])
    utimesSync(join(os, path), 1_600_000_000, 1_600_000_000.25);
}

export async function publishImage({ store, os, key }: Lab) {
  const mutable = ['etc/machine-id', '/var/**'];
  return await publishTree({ store, name: 'os', tree: os, kind: 'image', mutable, signingKey: key.privateKey });
}

export async function publishSite({ store, site, key }: Lab) {
  return await publishTree({ store, name: 'site', tree: site, kind: 'site', signingKey: key.privateKey });
}

export async function layerOf({ fetcher, key }: Lab, name: string, digest: string): Promise<Layer> {
  const manifest = await readManifest(fetcher, digest, [key.publicKey]);
  return { name, priority: manifest.priority, manifest };
}

/** The tree of both packages and one generated file. */
export async function wholeTree(
  lab: Lab,
  defines: Record<string, string> = { HOSTNAME: 'underdog' },
): Promise<MergedTree> {
  const layers = [
    await layerOf(lab, 'os', (await publishImage(lab)).manifest),
    await layerOf(lab, 'site', (await publishSite(lab)).manifest),
  ];
  const generated: GeneratedFile[] = [{ path: 'etc/hostname', bytes: Buffer.from(`${defines['HOSTNAME']}\n`) }];
  return mergeTree({ layers, generated, defines });
}

export const full = async ({ target, fetcher }: Lab, tree: MergedTree) =>
  await applyFull({ target, tree, fetcher, stateFile: join(target, STATE) });

export const partial = async ({ target, fetcher }: Lab, tree: MergedTree, more: Partial<ApplyPartialOptions> = {}) => {
  const result = await applyPartial({ target, tree, fetcher, stateFile: join(target, STATE), ...more });
  return { ...result, said: result.changes.map((change) => `${change.action} ${change.path}`).toSorted() };
};

/** What rsync would change to make the second tree like the first, times and all. */
export const differences = (from: string, to: string, ...options: string[]): string[] =>
  execFileSync(
    'rsync',
    ['-aHAXni', '--checksum', '--delete', '--exclude=/var/lib/gutinteg', ...options, `${from}/`, `${to}/`],
    { encoding: 'utf8' },
  )
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith(' ./'));

/** Everything about everything below a directory except the state database: bytes, inodes, times. */
export const fingerprint = (dir: string): string =>
  execFileSync(
    'find',
    [dir, '-path', join(dir, 'var/lib/gutinteg'), '-prune', '-o', '-printf', '%P %y %m %U:%G %s %i %T@ %C@ %l\\0'],
    { encoding: 'utf8' },
  );

/** Everything that the state database says but for inodes and times, directories and what is mutable. */
export function rowsOf(target: string): unknown[] {
  const database = new DatabaseSync(join(target, STATE));
  const columns = 'path, owner, class, type, mode, uid, gid, size, sha256, source, xattrs, target, left_alone';
  const rows = database
    .prepare(`SELECT ${columns} FROM paths WHERE type <> 'directory' AND class <> 'mutable' ORDER BY path`)
    .all();
  database.close();
  return rows.map((row) => ({ ...row }));
}
