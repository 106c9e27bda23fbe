// The fleet's server, whole: its store, its port and its socket. In: where they are. Out: a server until it is closed.
// Never: reads site.yaml; makes a certificate.
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { XML_RPC_PATH } from '../contract/fleet/routes.ts';
import { UserError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { readIfThere } from '../lib/read-if-there.ts';
import { runCommand } from '../lib/run-command.ts';
import { findActor } from './accounts/find-actor.ts';
import { createApiHandler } from './api/api-handler.ts';
import { serveApiSocket } from './api/api-socket.ts';
import type { MachineRecords } from './classes/machine-records.ts';
import { openFleet } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import { advanceRegularly } from './jobs/advance-regularly.ts';
import { tidyInventories } from './inventories/tidy-inventories.ts';
import { tidyJobs } from './jobs/tidy-jobs.ts';
import { servePackageFiles } from './package-files/package-files.ts';
import type { PackageFiles } from './package-files/package-files.ts';
import { tidyPackageFiles } from './package-files/tidy-package-files.ts';
import { openQuestionProcess } from './questions/question-process.ts';
import { startFleetServer } from './servers/fleet-server.ts';
import { createHostRoutes } from './servers/host-routes.ts';
import { measureBusyness } from './servers/measure-busyness.ts';
import { openStore } from './store/open-store.ts';
import type { StorePlace } from './store/open-store.ts';
import { tidyDaily } from './store/tidy-daily.ts';
import type { Tidying } from './store/tidy-daily.ts';
import { createCertifyHost } from './tls/certify-hosts.ts';
import { authorityFiles } from './tls/client-authority.ts';
import { warnOfAuthority } from './tls/judge-client.ts';
import type { ClientCertificateMode } from './tls/judge-client.ts';
import { tlsFiles } from './tls/make-certificate.ts';
import type { BroughtFiles } from './tls/make-certificate.ts';
import { readKeyPair, watchCertificate } from './tls/watch-certificate.ts';
import { createXmlRpcHandler } from './xml-rpc/xml-rpc-handler.ts';

export type FleetPlace = {
  readonly stateDir: string;
  readonly address: string;
  /** 0 is any. */
  readonly port: number;
  /** A URI of PostgreSQL; without it, SQLite in the state directory. */
  readonly database?: string;
  /** Files in PEM; without them, those of `gutinteg fleet tls`. */
  readonly tlsKey?: string;
  readonly tlsCertificate?: string;
  /** Whether hosts show a certificate of the site's authority; `none` unless given. */
  readonly clientCertificates?: ClientCertificateMode;
  /** The site's machine database as it is now, for classes; without it, the server has none. */
  readonly records?: () => MachineRecords;
  /** Where package files are kept, instead of the state directory: servers of one database need one that all of them reach. */
  readonly packageFiles?: string;
  readonly log: Log;
};

export type RunningFleet = { readonly fleet: Fleet; readonly port: number; readonly close: () => Promise<void> };

/** @throws UserError without a certificate, and when the store or the port cannot be had */
export async function serveFleet(place: FleetPlace): Promise<RunningFleet> {
  const { address, port, log, clientCertificates = 'none' } = place;
  const files = certificateFiles(place);
  const pair = await readKeyPair(files);
  const clientAuthority = clientCertificates === 'none' ? undefined : await readAuthority(place);
  await mkdir(join(place.stateDir, 'fleet'), { recursive: true, mode: 0o750 });
  await using started = new AsyncDisposableStack();
  const store = await openStore(storePlace(place));
  started.defer(() => store.close());
  const { busyness, stop } = measureBusyness();
  started.defer(stop);
  const questions = openQuestionProcess({ place: storePlace(place), log });
  started.defer(questions.close);
  const records = place.records === undefined ? {} : { records: place.records };
  const ofAuthority = watchAuthority(clientAuthority);
  const warnings = (): string[] =>
    [...store.warnings(), watch.warning(), ofAuthority()].filter((warning) => warning !== undefined);
  const packageFiles = servePackageFiles({
    directory: place.packageFiles ?? join(place.stateDir, 'fleet', 'package-files'),
    run: runCommand,
  });
  started.defer(packageFiles.close);
  const fleet = await openFleet({ store, log, busyness, warnings, ask: questions.ask, packageFiles, ...records });
  for (const tidying of tidyings(fleet, packageFiles)) started.defer(tidyDaily(log, tidying).stop);
  started.defer(advanceRegularly(fleet).stop);
  const xmlRpc = createXmlRpcHandler(fleet, {
    directory: tlsDirectory(place),
    certificate: () => readFile(files.certificate, 'utf8'),
    run: runCommand,
  });
  const certify = createCertifyHost({ directory: tlsDirectory(place), run: runCommand });
  const routes = { ...createHostRoutes(fleet, { clientCertificates, certify }), [XML_RPC_PATH]: xmlRpc };
  const authority = clientAuthority === undefined ? {} : { clientAuthority };
  const otherwise = createApiHandler(fleet, (request) => findActor(fleet, request.headers.authorization));
  // First, as it is what tells that another server uses the state.
  const socket = await serveApiSocket(fleet, place.stateDir);
  started.defer(() => socket.close());
  const server = await startFleetServer({ address, port, log, ...pair, ...authority, routes, otherwise });
  started.defer(() => server.close());
  const watch = watchCertificate({ files, pair, use: server.renew, log, now: fleet.now });
  started.defer(watch.stop);
  log.info({ address, port: server.port, store: store.kind }, 'the fleet is served');
  const running = started.move();
  return { fleet, port: server.port, close: () => running.disposeAsync() };
}

const tidyings = (fleet: Fleet, packageFiles: PackageFiles): readonly Tidying[] => [
  { what: 'old lists', tidy: () => tidyInventories({ store: fleet.store, now: fleet.now() }) },
  { what: 'old jobs', tidy: async () => ({ jobs: await tidyJobs({ store: fleet.store, now: fleet.now() }) }) },
  {
    what: 'package files that no job needs',
    tidy: async () => ({ files: await tidyPackageFiles(fleet, packageFiles) }),
  },
];

const storePlace = ({ stateDir, database }: FleetPlace): StorePlace =>
  database === undefined ? { file: join(stateDir, 'fleet', 'fleet.db') } : { postgres: database };

const tlsDirectory = ({ stateDir }: FleetPlace): string => join(stateDir, 'fleet', 'tls');

function certificateFiles(place: FleetPlace): BroughtFiles {
  const made = tlsFiles(tlsDirectory(place));
  return { key: place.tlsKey ?? made.key, certificate: place.tlsCertificate ?? made.certificate };
}

/** It is read once, so it is the one in use that is looked at. */
function watchAuthority(pem: string | undefined): () => string | undefined {
  if (pem === undefined) return () => undefined;
  const endsAtMs = new X509Certificate(pem).validToDate.getTime();
  return () => warnOfAuthority(endsAtMs, Date.now());
}

async function readAuthority(place: FleetPlace): Promise<string> {
  const file = authorityFiles(tlsDirectory(place)).certificate;
  const found = await readIfThere(file);
  if (found !== undefined) return found.toString();
  throw new UserError(`${file}, the authority of client certificates, does not exist; nothing was started`, {
    exitCode: 2,
    hint: 'gutinteg fleet tls --ca',
  });
}
