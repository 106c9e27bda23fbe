// Sources of apt in deb822. In: a text. Out: the text as it shall stand in a file, or its faults. Pure. Only fields that choose what is
// fetched: one that turns the check of signatures off is refused. @see sources.list(5), deb822(5)
import type { PackageSources } from '../package-system.ts';
import { faultOfUrl, requireNone } from '../source-text.ts';
import type { SourceField, SourceFault } from '../source-text.ts';
import { env } from './jobs.ts';

const DIRECTORY = '/etc/apt/sources.list.d';

const FIELDS = new Map(
  [
    'Types',
    'URIs',
    'Suites',
    'Components',
    'Architectures',
    'Languages',
    'Targets',
    'Enabled',
    'PDiffs',
    'By-Hash',
    'Check-Valid-Until',
    'Signed-By',
    'X-Repolib-Name',
    'Description',
  ].map((name) => [name.toLowerCase(), name]),
);

export const sources: PackageSources = {
  places: (name) => ({ source: `${DIRECTORY}/${name}.sources`, key: `/etc/apt/keyrings/${name}.asc` }),
  patterns: ['/etc/apt/sources.list', `${DIRECTORY}/*.list`, `${DIRECTORY}/*.sources`],
  render: (text, keyFile) => {
    const stanzas = readStanzas(text);
    const faults =
      stanzas.length === 0
        ? [{ line: 1, message: 'it has no source' }]
        : stanzas.flatMap((stanza) => faultsOf(stanza, keyFile));
    requireNone(faults);
    return stanzas.map((stanza) => renderStanza(stanza, keyFile)).join('\n');
  },
  /** Only this one: that another source is away is no fault of it. */
  fetch: (name) => [
    {
      argv: [
        'apt-get',
        ...[
          `Dir::Etc::sourcelist=${DIRECTORY}/${name}.sources`,
          'Dir::Etc::sourceparts=-',
          'APT::Get::List-Cleanup=0',
        ].flatMap((option) => ['-o', option]),
        '--quiet',
        '--error-on=any',
        'update',
      ],
      env,
    },
  ],
};

type Stanza = readonly SourceField[];

function readStanzas(text: string): Stanza[] {
  const stanzas: SourceField[][] = [[]];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (raw.startsWith('#')) continue;
    if (raw.trim() === '') stanzas.push([]);
    else stanzas.at(-1)?.push(readLine(raw, line));
  }
  return stanzas.filter((stanza) => stanza.length > 0);
}

/** A line that goes on is a field of its own, without a name: no field of a source needs one but a key, which has a file. */
function readLine(raw: string, line: number): SourceField {
  const [, name = '', value = ''] = /^([A-Za-z][\w-]*):[ \t]*(.*?)[ \t]*$/.exec(raw) ?? [];
  return { line, name, value };
}

const SCHEMES = ['http', 'https', 'file', 'copy'] as const;

function faultsOf(stanza: Stanza, keyFile: string | undefined): SourceFault[] {
  const valueOf = (wanted: string) => stanza.find(({ name }) => name.toLowerCase() === wanted);
  const start = stanza[0]?.line ?? 1;
  const missing = ['Types', 'URIs', 'Suites'].filter((name) => (valueOf(name.toLowerCase())?.value ?? '') === '');
  const unsigned = keyFile === undefined && (valueOf('signed-by')?.value ?? '') === '';
  return [
    ...stanza.flatMap((field) => faultsOfField(field, stanza)),
    ...missing.map((name) => ({ line: start, message: `${name} is missing` })),
    ...(unsigned ? [{ line: start, message: 'no key is given, and it has no Signed-By' }] : []),
  ];
}

function faultsOfField({ line, name, value }: SourceField, stanza: Stanza): SourceFault[] {
  const fault = (message: string): SourceFault[] => [{ line, message }];
  const key = name.toLowerCase();
  if (name === '') return fault('is not "Field: value"');
  if (!FIELDS.has(key)) return fault(`${name} is not a field that a source of the fleet may have`);
  if (stanza.some((other) => other.line < line && other.name.toLowerCase() === key))
    return fault(`${name} is there twice`);
  const words = value.split(/\s+/).filter((word) => word !== '');
  if (key === 'types')
    return words.every((word) => word === 'deb' || word === 'deb-src') ? [] : fault('Types are deb and deb-src');
  if (key === 'uris')
    return words.flatMap((url) => faultOfUrl(url, SCHEMES) ?? []).map((message) => ({ line, message }));
  if (key === 'signed-by')
    return value.startsWith('/') ? [] : fault('Signed-By is the path of a file; give the key beside it');
  return [];
}

function renderStanza(stanza: Stanza, keyFile: string | undefined): string {
  const fields = stanza.filter(({ name }) => keyFile === undefined || name.toLowerCase() !== 'signed-by');
  const lines = fields.map(({ name, value }) => `${FIELDS.get(name.toLowerCase()) ?? name}: ${value}\n`);
  return [...lines, ...(keyFile === undefined ? [] : [`Signed-By: ${keyFile}\n`])].join('');
}
