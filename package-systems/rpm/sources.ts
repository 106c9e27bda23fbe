// Sources of dnf, as a .repo. In: a text. Out: the text as it shall stand in a file, or its faults. Pure. Packages must be signed:
// gpgcheck=1, and a key. @see dnf.conf(5) Repo Options
import type { PackageSources } from '../package-system.ts';
import { faultOfUrl, requireNone } from '../source-text.ts';
import type { SourceField, SourceFault } from '../source-text.ts';

const DIRECTORY = '/etc/yum.repos.d';

const OPTIONS = new Set([
  'name',
  'baseurl',
  'metalink',
  'mirrorlist',
  'enabled',
  'gpgcheck',
  'repo_gpgcheck',
  'gpgkey',
  'priority',
  'cost',
  'excludepkgs',
  'exclude',
  'includepkgs',
  'metadata_expire',
  'skip_if_unavailable',
  'module_hotfixes',
  'type',
  'countme',
]);

export const sources: PackageSources = {
  places: (name) => ({ source: `${DIRECTORY}/${name}.repo`, key: `/etc/pki/rpm-gpg/${name}.asc` }),
  patterns: [`${DIRECTORY}/*.repo`],
  render: (text, keyFile) => {
    const { repos, faults: strays } = readRepos(text);
    const faults = [
      ...strays,
      ...(repos.length === 0 ? [{ line: 1, message: 'it has no [source]' }] : []),
      ...repos.flatMap((repo) => faultsOf(repo, keyFile)),
    ];
    requireNone(faults);
    return repos.map((repo) => renderRepo(repo, keyFile)).join('\n');
  },
  fetch: (_, text) => {
    const ids = readRepos(text).repos.flatMap(({ id }) => [`--enablerepo=${id}`]);
    const only = ['--disablerepo=*', ...ids, '--setopt=skip_if_unavailable=False'];
    return [{ argv: ['dnf', '--assumeyes', '--quiet', ...only, 'makecache', '--refresh'] }];
  },
};

type Repo = { readonly line: number; readonly id: string; readonly fields: SourceField[] };

function readRepos(text: string): { repos: Repo[]; faults: SourceFault[] } {
  const repos: Repo[] = [];
  const faults: SourceFault[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = raw.trimEnd();
    const [, id] = /^\[([\w.:-]{1,100})\]$/.exec(content) ?? [];
    const [, name, value = ''] = /^([a-z_]+)[ \t]*=[ \t]*(.*)$/.exec(content) ?? [];
    const repo = repos.at(-1);
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue;
    if (id !== undefined && id !== 'main') repos.push({ line, id, fields: [] });
    else if (name !== undefined && repo !== undefined) repo.fields.push({ line, name, value });
    else faults.push({ line, message: 'is neither [source] nor "option=value" within one' });
  }
  return { repos, faults };
}

function faultsOf({ line, fields }: Repo, keyFile: string | undefined): SourceFault[] {
  const valueOf = (wanted: string) => fields.find(({ name }) => name === wanted)?.value;
  const places = ['baseurl', 'metalink', 'mirrorlist'].filter((name) => (valueOf(name) ?? '') !== '');
  return [
    ...fields.flatMap((field) => faultsOfField(field, fields)),
    ...(places.length === 0 ? [{ line, message: 'baseurl, metalink or mirrorlist is missing' }] : []),
    ...(valueOf('gpgcheck') === '1' ? [] : [{ line, message: 'gpgcheck=1 is missing: packages must be signed' }]),
    ...(keyFile === undefined && (valueOf('gpgkey') ?? '') === ''
      ? [{ line, message: 'no key is given, and it has no gpgkey' }]
      : []),
  ];
}

function faultsOfField({ line, name, value }: SourceField, fields: readonly SourceField[]): SourceFault[] {
  const fault = (message: string): SourceFault[] => [{ line, message }];
  if (!OPTIONS.has(name)) return fault(`${name} is not an option that a source of the fleet may have`);
  if (fields.some((other) => other.line < line && other.name === name)) return fault(`${name} is there twice`);
  if (name !== 'baseurl' && name !== 'metalink' && name !== 'mirrorlist' && name !== 'gpgkey') return [];
  const urls = value.split(/[\s,]+/).filter((word) => word !== '');
  return urls.flatMap((url) => faultOfUrl(url, ['http', 'https', 'file']) ?? []).map((message) => ({ line, message }));
}

function renderRepo({ id, fields }: Repo, keyFile: string | undefined): string {
  const own = fields.filter(({ name }) => keyFile === undefined || name !== 'gpgkey');
  const key = keyFile === undefined ? [] : [`gpgkey=file://${keyFile}`];
  return [`[${id}]`, ...own.map(({ name, value }) => `${name}=${value}`), ...key, ''].join('\n');
}
