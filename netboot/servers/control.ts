// The administrator's door: HTTP over a Unix socket in the state directory (0660), never on the network. Whoever may
// open the socket may arm machines.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Express, RequestHandler } from 'express';
import express from 'express';
import { describeError, UserError } from '../../lib/errors.ts';
import {
  compareControlVersions,
  CONTROL_VERSION,
  CONTROL_VERSION_HEADER,
  controlRequests,
} from '../../contract/control.ts';
import type {
  AllAnswer,
  ArmedAnswer,
  ClaimAnswer,
  MediumAnswer,
  OfferAnswer,
  StatusAnswer,
  SummaryAnswer,
} from '../../contract/control.ts';
import type { DatabaseStatus } from '../../contract/health.ts';
import type { Mac } from '../../lib/mac.ts';
import { listenOnSocket } from '../../lib/listen-on-socket.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import type { Adoptions } from '../adoptions.ts';
import type { Clients } from '../clients.ts';
import { findByName, readLastReportText } from '../state/find-machines.ts';
import { armMachine } from '../machines/arm-machine.ts';
import { describeForMedium } from '../machines/describe-for-medium.ts';
import { readPageIfPossible } from '../machines/ask-machines.ts';
import { applyOccurrence, timelineOf } from '../machines/machines.ts';
import type { Machines } from '../machines/machines.ts';
import { describeHealth } from '../describe-health.ts';
import { listHostKeys } from '../host-keys.ts';
import { summarize } from '../machine-status.ts';
import type { StateStatus } from '../../contract/health.ts';
import { streamJson } from './stream-json.ts';
import type { LogOnce } from '../../lib/limited-log.ts';
import type { MachineRow } from '../state/machine-row.ts';
import { closeServer, createApp } from './http.ts';
import { HttpError } from './http-errors.ts';

export type ControlOptions = {
  readonly socketPath: string;
  readonly machines: Machines;
  readonly adoptions: Adoptions;
  /** What who adopts a machine must know of this server: its address and the fingerprints of the site's keys. */
  readonly self: { readonly serverUrl: string; readonly fingerprints: readonly string[] };
  readonly clients: Clients;
  readonly logOnce: LogOnce;
  readonly databaseStatus: () => DatabaseStatus;
  readonly stateStatus: () => StateStatus;
  /** Whether every port is open by now. */
  readonly isServing: () => boolean;
};

const PAGE_ROWS = 500;

export type ControlServer = {
  /** Opens the socket again when it is no longer there: somebody has deleted the state directory. */
  readonly tend: () => Promise<void>;
  close(): Promise<void>;
};

/** @throws UserError when another server uses the same state directory. */
export async function serveControl(options: ControlOptions): Promise<ControlServer> {
  const { socketPath } = options;
  const app = createApp(options.logOnce, (routes) => addControlRoutes(routes, options), 'administrator');
  let server = await listenPrivately(app, socketPath);
  let tending: Promise<void> | undefined;

  async function reopen(): Promise<void> {
    if (existsSync(socketPath) || !existsSync(dirname(socketPath))) return;
    // In this order: a server that is closed deletes what lies at its path.
    await closeServer(server);
    server = await listenPrivately(app, socketPath);
  }

  return {
    tend: async () => {
      tending ??= reopen()
        .catch((error: unknown) => {
          const why = describeError(error);
          options.logOnce('control socket', 'could not open the control socket again', { why });
        })
        .finally(() => {
          tending = undefined;
        });
      return tending;
    },
    close: async () => {
      await tending;
      await closeServer(server);
    },
  };
}

async function listenPrivately(app: Express, socketPath: string): Promise<Server> {
  const server = createServer(app);
  await listenOnSocket(server, socketPath, 'gutinteg serve');
  return server;
}

function addControlRoutes(app: Express, options: ControlOptions): void {
  const { machines, adoptions, clients, databaseStatus, isServing, self } = options;
  app.use(refuseOtherVersions, express.json({ limit: '16kb' }));
  app.get('/health', (_request, response) => {
    if (!isServing()) throw new HttpError(503, 'the server is still opening its ports');
    response.json(describeHealth(databaseStatus(), options.stateStatus()));
  });
  app.get('/machines', (_request, response, next) => {
    // The state comes last: reading the machines may be what shows that it cannot be read.
    const rest = () => {
      const more = { unknown: clients.unknown(), database: databaseStatus(), state: options.stateStatus() };
      return asJson(more satisfies Omit<AllAnswer, 'machines'>);
    };
    streamJson(response, { name: 'machines', rows: summaries(options) }, rest).then(undefined, next);
  });
  app.get('/machines/:name', (request, response, next) => {
    const row = byName(machines, request.params.name);
    const lastReport = readLastReportText(machines.table, row.id);
    const rest = () => ({ ...asJson(summarize(row)), lastReport });
    streamJson(
      response,
      { name: 'timeline', rows: timelineOf(machines, row) satisfies StatusAnswer['timeline'] },
      rest,
    ).then(undefined, next);
  });
  app.get('/host-keys', (_request, response, next) => {
    streamJson(response, { name: 'machines', rows: listHostKeys(machines.table) }, () => ({})).then(undefined, next);
  });
  app.post('/arm', (request, response, next) => {
    const { name, ...consent } = parseEdge(controlRequests.arm, request.body, 'arm');
    armMachine(machines, name, consent).then(
      ({ row, notes }) => void response.json({ ...summarize(row), notes } satisfies ArmedAnswer),
      next,
    );
  });
  app.post('/claim', (request, response, next) => {
    const { name } = parseEdge(controlRequests.claim, request.body, 'claim');
    adoptions.claim(name).then(
      ({ row, ...more }) =>
        void response.json({
          name: row.name,
          machineId: row.id,
          macs: row.macs,
          ...more,
          ...self,
        } satisfies ClaimAnswer),
      next,
    );
  });
  app.post('/medium', (request, response, next) => {
    const { name, ...consent } = parseEdge(controlRequests.medium, request.body, 'medium');
    const { serverUrl } = self;
    describeForMedium(machines, name, consent).then(
      ({ row, ...more }) => void response.json({ ...more, macs: row.macs, serverUrl } satisfies MediumAnswer),
      next,
    );
  });
  app.post('/offer', (request, response) => {
    const { macs } = parseEdge(controlRequests.offer, request.body, 'offer');
    const { records } = machines.options.source;
    const unknown = macs.filter((mac) => records.byMac(mac as Mac) === undefined);
    for (const mac of unknown) clients.seenUnknown(mac);
    response.json({ unknown } satisfies OfferAnswer);
  });
  app.post('/disarm', (request, response) => {
    const { name, why } = parseEdge(controlRequests.disarm, request.body, 'disarm');
    const row = byName(machines, name);
    response.json(summarize(applyOccurrence(machines, row.id, { kind: 'disarmed', why })));
  });
}

/** Before a request is read: one that is misunderstood could arm a machine. */
const refuseOtherVersions: RequestHandler = (request, response, next) => {
  const server = String(CONTROL_VERSION);
  response.set(CONTROL_VERSION_HEADER, server);
  const fault = compareControlVersions({ client: request.get(CONTROL_VERSION_HEADER), server });
  if (fault !== undefined) throw new UserError(fault.message, { exitCode: 2, hint: fault.hint });
  next();
};

/** A page at a time: other requests are answered in between, and 100,000 machines are never in memory at once. */
function* summaries({ machines, logOnce }: ControlOptions): Iterable<SummaryAnswer> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: ReturnType<typeof readPageIfPossible> = readPageIfPossible(machines, after, PAGE_ROWS);
    for (const row of page?.rows ?? []) yield summarize(row);
    for (const error of page?.damaged ?? []) {
      logOnce(error.message, 'a machine is left out of the status', { why: describeError(error), hint: error.hint });
    }
    after = page?.last;
  }
}

function asJson(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
}

function byName(machines: Machines, name: string): MachineRow {
  const row = findByName(machines.table, name);
  if (row === undefined) throw new HttpError(404, `${name} has not been seen or armed by this server`);
  return row;
}
