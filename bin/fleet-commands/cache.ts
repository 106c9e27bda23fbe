import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { CacheStatus, OriginStatus } from '../../fleet/package-cache/manage-cache.ts';
import type { Origin } from '../../fleet/package-cache/read-target.ts';
import { parseOrigin } from '../../fleet/package-cache/read-target.ts';

type ServeOptions = {
  readonly state: string;
  readonly origin: readonly Origin[];
  readonly redirectHost?: readonly string[];
  readonly listen: string;
  readonly size: number;
  readonly fresh: number;
  readonly logLevel: string;
};

type StateOptions = { readonly state: string };

/** `gutinteg fleet cache`. */
export function addFleetCacheCommand(fleet: Command): void {
  const cache = fleet
    .command('cache')
    .description('the package cache of a site: each file is fetched once from its origin');
  const add = (name: string, description: string): Command =>
    cache.command(name).description(description).requiredOption('--state <dir>', 'a directory of its own');
  add('serve', 'answer the hosts of the site')
    .requiredOption('--origin <name=url>', 'a repository, and its name at the cache; more than once', collect)
    .option('--redirect-host <host...>', 'hosts that an origin may send the cache to')
    .option('--listen <address:port>', 'where the hosts of the site find it', '0.0.0.0:3142')
    .option('--size <gib>', 'how much it keeps, in GiB', parseSize, 50)
    .option(
      '--fresh <seconds>',
      'how long an index is shown before its origin is asked for a newer one',
      parseSeconds,
      60,
    )
    .option('--log-level <level>', 'fatal, error, warn, info, debug or trace', 'info')
    .addHelpText('after', SERVE_HELP)
    .action(serve);
  add('status', 'show how much the cache saves, and how its indexes are')
    .option('--json', 'the same for programs')
    .addHelpText('after', exampleOf('status --state /var/lib/gutinteg-cache'))
    .action(status);
  add('sources', 'print what the hosts of the site write into their settings')
    .requiredOption('--url <url>', 'the cache, as hosts reach it, such as http://cache.example:3142')
    .addHelpText('after', exampleOf('sources --state /var/lib/gutinteg-cache --url http://cache.example:3142'))
    .action(sources);
  add('pin <file...>', 'keep packages until a day, by the names of their files: an undo may need them')
    .requiredOption('--until <date>', 'a day, such as 2027-01-31', parseDay)
    .addHelpText('after', exampleOf('pin bash_5.2.15-2_amd64.deb --until 2027-01-31 --state /var/lib/gutinteg-cache'))
    .action(pin);
  add('list [package]', 'list packages that are here, also those that their origin has no more')
    .option('--superseded', 'only those that no list names any more')
    .option('--json', 'the same for programs')
    .addHelpText('after', LIST_HELP)
    .action(list);
  add('copy <file...>', 'write packages that are here into a directory, to be installed from there')
    .requiredOption('--out <dir>', 'the directory')
    .addHelpText('after', COPY_HELP)
    .action(copy);
  add('clean', 'take away every package that is not pinned, and that can be fetched again')
    .addHelpText('after', exampleOf('clean --state /var/lib/gutinteg-cache'))
    .action(clean);
}

async function serve(options: ServeOptions): Promise<void> {
  const { once } = await import('node:events');
  const { mkdir } = await import('node:fs/promises');
  const { openPackageCache } = await import('../../fleet/package-cache/package-cache.ts');
  const { serveCache } = await import('../../fleet/package-cache/serve-cache.ts');
  const { lockDirectory } = await import('../../lib/lock-directory.ts');
  const { createLog } = await import('../../lib/log.ts');
  const { parseListen } = await import('../parse-listen.ts');

  await refuseRoot();
  const { origin: origins, redirectHost = [], size } = options;
  const log = createLog('cache', options.logLevel);
  const directory = await directoryOf(options);
  await mkdir(directory, { recursive: true });
  await using _alone = await lockDirectory(directory, 1);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const bounds = { maxBytes: size * 1024 ** 3, freshMs: options.fresh * 1000 };
  const cache = await openPackageCache({ directory, origins, redirectHosts: redirectHost, ...bounds, log });
  const server = await serveCache({ cache, origins, ...parseListen(options.listen), log });
  log.info({ port: server.port, origins: origins.map(({ name }) => name) }, 'the cache serves');
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await server.close();
  await cache.close();
}

async function status(options: StateOptions & { readonly json?: true }): Promise<void> {
  const { readCacheStatus } = await import('../../fleet/package-cache/manage-cache.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const found = await readCacheStatus(await directoryOf(options), Date.now());
  if (options.json === true) {
    printJson(found);
    return;
  }
  printTable(['ORIGIN', 'ASKED', 'FROM THE CACHE', 'FETCHED', 'SENT', 'DAMAGED'], found.origins.map(rowOf));
  const pinned = found.pinnedFiles === 0 ? '' : `, ${found.pinnedFiles} pinned`;
  const superseded = found.supersededFiles === 0 ? '' : `, ${found.supersededFiles} of them in no list any more`;
  print([
    `${found.files} files, ${sizeText(found.bytes)}${pinned}${superseded}; counts are of the last 30 days`,
    ...troublesOf(found),
  ]);
}

const rowOf = ({ name, hits, misses, passed, fetchedBytes, sentBytes, damaged }: OriginStatus): string[] => {
  const asked = hits + misses + passed;
  const rate = asked === 0 ? '-' : `${Math.floor((100 * hits) / asked)} %`;
  return [name, String(asked), rate, sizeText(fetchedBytes), sizeText(sentBytes), String(damaged)];
};

const troublesOf = ({ heads }: CacheStatus): string[] =>
  heads.flatMap(({ origin, path, trouble }) =>
    trouble === null ? [] : [`WARNING: ${origin}/${path} is shown as it was last good: ${trouble}`],
  );

const sizeText = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

async function sources(options: StateOptions & { readonly url: string }): Promise<void> {
  const { readCacheStatus } = await import('../../fleet/package-cache/manage-cache.ts');
  const { renderHostSettings } = await import('../../fleet/package-cache/render-host-settings.ts');
  const { origins } = await readCacheStatus(await directoryOf(options), Date.now());
  process.stdout.write(renderHostSettings(options.url.replace(/\/+$/, ''), origins));
}

async function pin(names: readonly string[], options: StateOptions & { readonly until: number }): Promise<void> {
  const { pinPackages } = await import('../../fleet/package-cache/manage-cache.ts');
  const { print } = await import('./output/print.ts');
  const pinned = await pinPackages(await directoryOf(options), names, options.until);
  print(
    pinned.map(({ origin, path, isHere }) => {
      const where = `${origin}/${path}`;
      return isHere ? where : `${where}  is not here yet: ask the cache for it, while its origin has it`;
    }),
  );
}

type ListOptions = StateOptions & { readonly superseded?: true; readonly json?: true };

async function list(search: string | undefined, options: ListOptions): Promise<void> {
  const { listKept } = await import('../../fleet/package-cache/manage-cache.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const { timeText } = await import('../../fleet/hosts/describe-time.ts');
  const all = await listKept(await directoryOf(options), search ?? '*');
  const found = options.superseded === true ? all.filter(({ sinceMs }) => sinceMs !== null) : all;
  if (options.json === true) return printJson(found);
  if (found.length === 0) return print(['no such package is here']);
  printTable(
    ['FILE', 'SIZE', 'ORIGIN', 'IN ITS LISTS'],
    found.map(({ fileName, sizeBytes, origin, sinceMs }) => [
      fileName,
      sizeText(sizeBytes),
      origin,
      sinceMs === null ? 'yes' : `not since ${timeText(sinceMs)}`,
    ]),
  );
}

async function copy(names: readonly string[], options: StateOptions & { readonly out: string }): Promise<void> {
  const { copyKept } = await import('../../fleet/package-cache/manage-cache.ts');
  const { print } = await import('./output/print.ts');
  print(await copyKept(await directoryOf(options), names, options.out));
}

async function clean(options: StateOptions): Promise<void> {
  const { cleanCache } = await import('../../fleet/package-cache/manage-cache.ts');
  const { print } = await import('./output/print.ts');
  const { files, bytes } = await cleanCache(await directoryOf(options), Date.now());
  print([`${files} packages were taken away, ${sizeText(bytes)}`]);
}

async function directoryOf({ state }: StateOptions): Promise<string> {
  const { resolve } = await import('node:path');
  const { cacheDirectory } = await import('../../fleet/package-cache/manage-cache.ts');
  return cacheDirectory(resolve(state));
}

async function refuseRoot(): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  if (process.getuid?.() !== 0) return;
  throw new UserError('the cache needs no right, and does not run as root; nothing was started', {
    exitCode: 2,
    hint: 'systemd-run -p DynamicUser=yes -p StateDirectory=gutinteg-cache gutinteg fleet cache serve …',
  });
}

function collect(text: string, before: readonly Origin[] = []): readonly Origin[] {
  try {
    return [...before, parseOrigin(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function parseSize(text: string): number {
  const size = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || size <= 0) throw new InvalidArgumentError('It is not a number of GiB.');
  return size;
}

function parseSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is not a number of seconds.');
  return Number(text);
}

function parseDay(text: string): number {
  const end = Date.parse(`${text}T23:59:59Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(end)) throw new InvalidArgumentError('It is not YYYY-MM-DD.');
  return end;
}

const exampleOf = (words: string): string => `\nExamples:\n  gutinteg fleet cache ${words}\n`;

const LIST_HELP = `
Examples:
  gutinteg fleet cache list bash --state /var/lib/gutinteg-cache
  gutinteg fleet cache list 'lib*_amd64.deb' --superseded --state /var/lib/gutinteg-cache
`;

const COPY_HELP = `
An undo says which older versions no repository has any more. What hosts fetched by this cache is kept for 30 days at least, as long as
there is room.

Examples:
  gutinteg fleet cache copy bash_5.2.15-2_amd64.deb --out ./older --state /var/lib/gutinteg-cache
  gutinteg fleet install ./older/ --file-option downgrade --host web1
`;

const SERVE_HELP = `
Hosts use it as a repository, http://CACHE:3142/NAME/…, or as a proxy for the origins that are named, and for nothing else. While an
origin is away, the last whole set of its indexes is shown, and every package that is here. What no index vouches for is passed on,
and not kept.

Examples:
  gutinteg fleet cache serve --state /var/lib/gutinteg-cache --origin debian=https://deb.example/debian \\
    --origin security=https://deb.example/debian-security
  gutinteg fleet cache sources --state /var/lib/gutinteg-cache --url http://cache.example:3142
`;
