// What keeps a host from being installed on: packages that are not whole, and dependencies that are not met. Pure.
// dpkg's audit says the first, too, but only to root, and only in sentences. @see dpkg(1) "Package states", apt-get(8) check
import type { PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';

const FIELDS = ['binary:Package', 'db:Status-Status', 'db:Status-Eflag', 'db-fsys:Last-Modified'];
type Row = readonly [name: string, status: string, error: string, filesWrittenAt: string];

export const broken: PackageQuestion<readonly string[]> = {
  commands: [
    {
      argv: ['dpkg-query', '--show', '--showformat', `${FIELDS.map((field) => `\${${field}}`).join('\\t')}\\n`],
    },
    // It does not see a package that is half configured.
    { argv: ['apt-get', '--simulate', '-o', 'Debug::NoLocking=1', 'check'], okExitCodes: [0, 100] },
  ],
  parse: ([shown, check]) => [
    ...parseRows<Row>(shown?.stdout ?? '', 4, 'dpkg-query --show').flatMap(describeState),
    ...parseCheck(check?.stdout ?? '', check?.stderr ?? ''),
  ],
};

/** Lines of `parseCheck`; a package's own state stands behind `is` or `has`. */
export const isUnmet = (line: string): boolean => /^\S+: |^E: Unmet dependencies/.test(line);

const WHOLE = new Set(['installed', 'config-files', 'not-installed']);

function describeState([name, status, error, filesWrittenAt]: Row): string[] {
  const reinstall = `apt-get install --reinstall ${name} mends it`;
  if (error !== 'ok') return [`${name} is ${status} and must be installed again; ${reinstall}`];
  if (status === 'half-installed') return [`${name} is half-installed; ${reinstall}`];
  if (!WHOLE.has(status)) return [`${name} is ${status}; dpkg --configure ${name} tries again`];
  // dpkg then takes it for a package without files.
  return status === 'installed' && filesWrittenAt === '' ? [`${name} has lost its list of files; ${reinstall}`] : [];
}

const UNMET = 'The following packages have unmet dependencies:\n';

/** ` lab-conf : Depends: lab-base but it is not installed`, and further dependencies of the same package below it. */
function parseCheck(stdout: string, stderr: string): string[] {
  const start = stdout.indexOf(UNMET);
  if (start === -1) return stderr.split('\n').filter((line) => line.startsWith('E: '));
  const rows = /^(?: .*\n)*/.exec(stdout.slice(start + UNMET.length))?.[0].split('\n') ?? [];
  let name = '';
  return rows.flatMap((row) => {
    const [found, own, unmet = ''] = /^ (?:(\S+) : | +)(.*)$/.exec(row) ?? [];
    if (found === undefined) return [];
    name = own ?? name;
    return [`${name}: ${unmet.trim()}`];
  });
}
