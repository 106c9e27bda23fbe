// A site directory as data. In: a path. Out: checked settings, database, the names of packages and images.
// Never: writes into the site.
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../lib/errors.ts';
import { parseEdge } from '../lib/parse-edge.ts';
import { readRegularFile } from '../lib/read-regular-file.ts';
import { siteSettingsSchema } from './settings.ts';
import type { SiteSettings } from './settings.ts';

export type SiteSettingsFile = {
  /** Absolute path of the site directory. */
  readonly dir: string;
  readonly settings: SiteSettings;
  /** Absolute path of the state directory: `--state` over site.yaml over the default. */
  readonly stateDir: string;
};

/**
 * Reads and checks site.yaml.
 * @throws UserError (exit code 2) when the directory or the file is missing, FaultsError when its contents are wrong.
 */
export async function loadSiteSettings(siteDir: string, options: { state?: string } = {}): Promise<SiteSettingsFile> {
  const dir = resolve(siteDir);
  const path = join(dir, 'site.yaml');
  const settings = parseEdge(siteSettingsSchema, parseYaml(await readSiteYaml(path), path), path);
  const state = options.state === undefined ? settings.state : resolve(options.state);
  return { dir, settings, stateDir: isAbsolute(state) ? state : join(dir, state) };
}

async function readSiteYaml(path: string): Promise<string> {
  try {
    return (await readRegularFile(path)).toString('utf8');
  } catch (cause) {
    throw new UserError(
      `${path} cannot be read; a site is a directory with site.yaml, machdb/, packages/ and images/`,
      {
        exitCode: 2,
        hint: '--site DIRECTORY',
        cause,
      },
    );
  }
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (cause) {
    throw new UserError(`${path} is not YAML`, { exitCode: 2, cause });
  }
}

/** The package trees of a site, by directory name (`motd`, `motd@arm64`), sorted. */
export async function listSitePackages(siteDir: string): Promise<string[]> {
  const dir = join(siteDir, 'packages');
  const isDirectory = await stat(dir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) return [];
  const entries = await readdir(dir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** PEM text of the public keys in `keys/*.pub`: keys besides the server's own whose signatures machines accept. */
export async function readSiteKeys(siteDir: string): Promise<string[]> {
  const dir = join(siteDir, 'keys');
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError(`reading the site's keys in ${dir}`, { exitCode: 2, cause: error });
  });
  const keys = names.filter((name) => name.endsWith('.pub')).sort();
  return Promise.all(keys.map(async (name) => (await readRegularFile(join(dir, name))).toString('utf8')));
}
