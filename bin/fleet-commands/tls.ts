import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { MadeCertificate } from '../../fleet/tls/make-certificate.ts';

type TlsOptions = {
  readonly site: string;
  readonly state?: string;
  readonly name?: readonly string[];
  readonly days: number;
  readonly newKey?: true;
  readonly key?: string;
  readonly certificate?: string;
  readonly ca?: true;
  readonly sign?: string;
  readonly host?: string;
  readonly show?: true;
};

/** Hosts pin the key and not a date: a clock that is a month off must not part them from their server. */
const DEFAULT_DAYS = 3650;

/** `gutinteg fleet tls`. */
export function addFleetTlsCommand(fleet: Command): void {
  fleet
    .command('tls')
    .description("make, renew or bring the certificate that hosts know the fleet's server by")
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml; then no site is needed')
    .option(
      '--name <name...>',
      'names and addresses by which hosts reach the server; those of before, or the host name',
    )
    .option('--days <n>', 'how long certificates that are made now are valid', parseDays, DEFAULT_DAYS)
    .option('--new-key', 'make another key, too: every host has to be given the new fingerprint')
    .option('--key <file>', 'bring this private key, in PEM, instead of making one')
    .option('--certificate <file>', 'with --key: its certificate, followed by those that vouch for it')
    .option('--ca', "make or renew the authority that signs hosts' certificates (--client-certificates), nothing else")
    .option('--sign <file>', "sign a host's certificate request with it, and print the certificate, nothing else")
    .option('--host <name>', 'with --sign: the host that it is for')
    .option('--show', 'only print what there is')
    .addHelpText('after', HELP)
    .action(makeTls);
}

async function makeTls(options: TlsOptions): Promise<void> {
  const { join } = await import('node:path');
  const { findStateDir } = await import('../find-state-dir.ts');
  const { makeFleetDirectories } = await import('../../fleet/tls/make-directories.ts');

  await checkCombination(options);
  const stateDir = await findStateDir(options);
  const directory = join(stateDir, 'fleet', 'tls');
  if (options.sign !== undefined) return sign(directory, options.sign, options);
  if (options.show !== true) await makeFleetDirectories(stateDir);
  if (options.ca === true) return makeCa(directory, options);
  const made = options.show === true ? await show(directory) : await makeOrBring(directory, options);
  await print(made);
}

async function checkCombination(options: TlsOptions): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  const { key, certificate, sign: request, host, show: only, ca, name, newKey } = options;
  const wrong = [
    [(key === undefined) !== (certificate === undefined), '--key and --certificate are given together'],
    [(request === undefined) !== (host === undefined), '--sign and --host are given together'],
    [key !== undefined && newKey === true, '--new-key makes a key, and --key brings one'],
    [(ca ?? only) === true && (key ?? name) !== undefined, '--ca and --show take no names and no key'],
  ] as const;
  const found = wrong.find(([isWrong]) => isWrong);
  if (found !== undefined) throw new UserError(found[1], { exitCode: 2, hint: 'gutinteg fleet tls --help' });
}

async function makeOrBring(directory: string, options: TlsOptions): Promise<MadeCertificate> {
  const { bringCertificate, makeCertificate } = await import('../../fleet/tls/make-certificate.ts');
  const { runCommand } = await import('../../lib/run-command.ts');
  const { key, certificate, name, days, newKey } = options;
  if (key !== undefined && certificate !== undefined) {
    return bringCertificate({ directory, files: { key, certificate }, names: name ?? [], nowMs: Date.now() });
  }
  const names = name ?? (await formerNames(directory));
  return makeCertificate({ directory, run: runCommand, names, days, newKey: newKey === true });
}

/** A renewal that nobody gave names must not lose those that hosts use. */
async function formerNames(directory: string): Promise<readonly string[]> {
  const { hostname } = await import('node:os');
  const { readCertificate } = await import('../../fleet/tls/judge-certificate.ts');
  const { tlsFiles } = await import('../../fleet/tls/make-certificate.ts');
  const { readIfThere } = await import('../../lib/read-if-there.ts');
  const file = tlsFiles(directory).certificate;
  const former = await readIfThere(file);
  return former === undefined ? [hostname().toLowerCase()] : readCertificate(former.toString(), file).names;
}

async function show(directory: string): Promise<MadeCertificate> {
  const { readCertificate } = await import('../../fleet/tls/judge-certificate.ts');
  const { tlsFiles } = await import('../../fleet/tls/make-certificate.ts');
  const { readKeyPair } = await import('../../fleet/tls/watch-certificate.ts');
  const files = tlsFiles(directory);
  const { certificate } = await readKeyPair(files);
  return { ...readCertificate(certificate, files.certificate), file: files.certificate, hasFormerKey: true };
}

async function print({ file, names, validToMs, pin, hasFormerKey, ...facts }: MadeCertificate): Promise<void> {
  const { warnOfDates } = await import('../../fleet/tls/judge-certificate.ts');
  const lines = [
    `certificate  ${file}`,
    `names        ${names.join(', ')}`,
    `valid until  ${new Date(validToMs).toISOString().slice(0, 10)}`,
    `fingerprint  ${pin}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (!hasFormerKey) process.stderr.write('hosts have to be given this fingerprint or the certificate\n');
  const warning = warnOfDates({ names, validToMs, pin, ...facts }, Date.now());
  if (warning !== undefined) process.stderr.write(`${warning}\n`);
}

async function makeCa(directory: string, { days }: TlsOptions): Promise<void> {
  const { authorityFiles, makeAuthority } = await import('../../fleet/tls/client-authority.ts');
  const { runCommand } = await import('../../lib/run-command.ts');
  await makeAuthority({ directory, days, run: runCommand });
  process.stdout.write(`authority    ${authorityFiles(directory).certificate}\n`);
}

async function sign(directory: string, file: string, { host: name = '', days }: TlsOptions): Promise<void> {
  const { signClientRequest } = await import('../../fleet/tls/client-authority.ts');
  const { UserError } = await import('../../lib/errors.ts');
  const { readIfThere } = await import('../../lib/read-if-there.ts');
  const { runCommand } = await import('../../lib/run-command.ts');
  const request = await readIfThere(file);
  if (request === undefined) throw new UserError(`${file} does not exist`, { exitCode: 2 });
  process.stdout.write(
    await signClientRequest({ directory, name, request: request.toString(), days, run: runCommand }),
  );
}

function parseDays(text: string): number {
  if (!/^\d{1,5}$/.test(text) || text === '0') throw new InvalidArgumentError('a number of days is expected');
  return Number(text);
}

const HELP = `
The key and the certificate are in fleet/tls/ of the state directory; the key can be read by the server alone. Hosts pin the
key (the fingerprint), so a renewal, which keeps it, needs nothing on any host. Run it again to renew: a server that runs has
the new certificate in use within a minute. It warns from 30 days before the end.

Examples:
  gutinteg fleet tls --name fleet.example --name 192.0.2.1     once, before the first 'gutinteg fleet serve'
  gutinteg fleet tls                                           renews it, with the same names
  gutinteg fleet tls --key fleet.key --certificate fleet.pem --name fleet.example     brings that of another authority
  gutinteg fleet tls --ca                                      for mutual TLS: an authority for hosts
  gutinteg fleet tls --sign web1.csr --host web1 > web1.pem    and a host's certificate
`;
