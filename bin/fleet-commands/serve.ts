import { Option } from 'commander';
import type { Command } from 'commander';
import { FLEET_PORT } from '../../contract/fleet/routes.ts';
import { clientCertificateModes } from '../../fleet/tls/judge-client.ts';
import type { ClientCertificateMode } from '../../fleet/tls/judge-client.ts';

type ServeOptions = {
  readonly site: string;
  readonly state?: string;
  readonly listen: string;
  readonly database?: string;
  readonly tlsKey?: string;
  readonly tlsCertificate?: string;
  readonly clientCertificates: ClientCertificateMode;
  readonly user?: string;
  readonly packageFiles?: string;
  readonly logLevel: string;
};

/** `gutinteg fleet serve`. */
export function addFleetServeCommand(fleet: Command): void {
  fleet
    .command('serve')
    .description("answer the fleet's hosts over HTTPS")
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml; then no site is needed')
    .option('--listen <address:port>', 'where hosts find the server', `0.0.0.0:${FLEET_PORT}`)
    .option('--database <uri>', 'a database of PostgreSQL, instead of a file in the state directory')
    .option('--tls-key <file>', 'private key in PEM, instead of the one of gutinteg fleet tls')
    .option('--tls-certificate <file>', 'its certificate in PEM, and those that vouch for it')
    .addOption(
      new Option('--client-certificates <mode>', "whether hosts show a certificate of the site's authority, too")
        .choices(clientCertificateModes)
        .default('none'),
    )
    .option('--package-files <dir>', 'where package files are kept, instead of the state directory')
    .option(
      '--user <name>',
      'the user to serve as, when started as root; otherwise the owner of the state, or gutinteg',
    )
    .option('--log-level <level>', 'fatal, error, warn, info, debug or trace', 'info')
    .addHelpText('after', HELP)
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const { once } = await import('node:events');
  const { resolve } = await import('node:path');
  const { createLog } = await import('../../lib/log.ts');
  const { serveFleet } = await import('../../fleet/serve-fleet.ts');
  const { dropRights } = await import('../../service/drop-rights.ts');
  const { findStateDir } = await import('../find-state-dir.ts');
  const { openMachineRecords } = await import('../open-machine-records.ts');
  const { parseListen } = await import('../parse-listen.ts');

  const place = parseListen(options.listen);
  const database = await checkDatabase(options.database);
  const stateDir = await findStateDir(options);
  const { tlsKey, tlsCertificate, clientCertificates, user } = options;
  const mustRead = [tlsKey, tlsCertificate].filter((file) => file !== undefined);
  await dropRights({ stateDir, user, mustRead, say: (line) => void process.stderr.write(`${line}\n`) });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const log = createLog('fleet', options.logLevel);
  // With --state the site need not be readable.
  const machines = options.state === undefined ? await openMachineRecords(options.site, log) : undefined;
  const fleet = await serveFleet({
    stateDir,
    ...place,
    ...(database === undefined ? {} : { database }),
    ...(options.packageFiles === undefined ? {} : { packageFiles: resolve(options.packageFiles) }),
    ...(tlsKey === undefined ? {} : { tlsKey }),
    ...(tlsCertificate === undefined ? {} : { tlsCertificate }),
    clientCertificates,
    ...(machines === undefined ? {} : { records: machines.records }),
    log,
  });
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  machines?.close();
  await fleet.close();
}

/** Whoever lists processes sees arguments. */
async function checkDatabase(uri: string | undefined): Promise<string | undefined> {
  const { UserError } = await import('../../lib/errors.ts');
  if (uri === undefined) return undefined;
  if (!/^postgres(?:ql)?:\/\//.test(uri) || !URL.canParse(uri)) {
    throw new UserError('--database is not a URI of PostgreSQL', {
      exitCode: 2,
      hint: '--database postgresql://fleet@db.example/fleet, or postgresql:///fleet?host=/run/postgresql',
    });
  }
  const { password, searchParams } = new URL(uri);
  if (password === '' && !searchParams.has('password')) return uri;
  throw new UserError('--database has a password in it, which every user of this computer could read', {
    exitCode: 2,
    hint: 'put it into ~/.pgpass of the user that serves (mode 0600), and leave it out of the URI',
  });
}

const HELP = `
Runs until it is interrupted. Hosts come to it, every half an hour; it goes to none. Without --state, the state directory is
that of the site. It needs a key and a certificate: 'gutinteg fleet tls' makes them, or bring your own.

A certificate that is renewed is in use within a minute, without a restart. From 30 days before the certificate ends, the log
and 'gutinteg fleet status' say so. --client-certificates asks hosts for a certificate of the authority of
'gutinteg fleet tls --ca': optional takes none as well, required does so only from hosts that ask to be let in, or for their certificate.
'gutinteg-fleet' fetches and renews it by itself.

When it is started as root, the server becomes another user before it opens anything, as 'gutinteg serve' does.

Servers of one database are given one --package-files, a directory that all of them reach and may write: a host asks any of them.

Examples:
  gutinteg fleet serve --state /var/lib/gutinteg
  gutinteg fleet serve --site /srv/site --listen 192.0.2.1:8443
  gutinteg fleet serve --state /var/lib/gutinteg --database 'postgresql:///fleet?host=/run/postgresql'
`;
