// How completion knows the kind of an argument or of an option's value: by its name in the definition.
// In: the word between the brackets, `host` of `<host>` or `facts.json` of `--disks <facts.json>`. Out: a kind.

/** What can be offered for a value. Files and directories are bash's business; the others come from the site or its fleet. */
export type ValueKind = 'directory' | 'file' | WordKind;

/** Kinds that are asked for with `completion words KIND`; an `assignment` is a variable and `=`. */
export const siteKinds = [
  'machine',
  'object',
  'mac',
  'address',
  'variable',
  'assignment',
  'recipe',
  'package',
] as const;
export type SiteKind = (typeof siteKinds)[number];

/** Kinds that the fleet's server is asked for. A `fleet-package` is one of hosts, a `package` one of the site. */
export const fleetKinds = ['job', 'class', 'window', 'schedule', 'fleet-package'] as const;
export type FleetKind = (typeof fleetKinds)[number];

export type WordKind = SiteKind | FleetKind;

const kindsByWord: Readonly<Record<string, ValueKind>> = {
  dir: 'directory',
  directory: 'directory',
  site: 'directory',
  tree: 'directory',
  file: 'file',
  pub: 'file',
  json: 'file',
  yaml: 'file',
  host: 'machine',
  machine: 'machine',
  name: 'object',
  object: 'object',
  parent: 'object',
  old: 'object',
  pattern: 'object',
  mac: 'mac',
  ip: 'address',
  address: 'address',
  var: 'variable',
  variable: 'variable',
  assignment: 'assignment',
  condition: 'assignment',
  recipe: 'recipe',
  package: 'package',
  job: 'job',
  class: 'class',
  window: 'window',
  schedule: 'schedule',
};

/**
 * The kind of a value by its name: `old-dir` is a directory, `facts.json` a file, `variables` are variables, `VAR=VALUE`
 * is an assignment, `package-name` and `package=version` are packages of the fleet. The last word of the name decides, its letters' case does not; undefined when nothing can be offered.
 */
export function valueKind(name: string): ValueKind | undefined {
  const lower = name.toLowerCase();
  if (/^var(iable)?\W*=/.test(lower)) return 'assignment';
  if (/^package(?:-name\b|\W*=)/.test(lower)) return 'fleet-package';
  const last = lower.split(/[^a-z]+/).findLast((word) => word !== '') ?? '';
  return kindsByWord[last] ?? kindsByWord[last.replace(/s$/, '')];
}
