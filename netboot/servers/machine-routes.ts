// What an installer or an installed machine says and asks: look-up, events, reports.
import { randomUUID } from 'node:crypto';
import type { Express, Request } from 'express';
import { parseEvents } from '../../contract/events.ts';
import { lookupSchema } from '../../contract/lookup.ts';
import type { Lookup } from '../../contract/lookup.ts';
import { reportSchema } from '../../contract/report.ts';
import { MiB } from '../../lib/bytes.ts';
import { parseMac } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import type { Clients } from '../clients.ts';
import { snapshotOf } from '../consent.ts';
import { applyEvent, applyReport, noteEvent } from '../machine-news.ts';
import type { OnFleetKey } from '../fleet-keys.ts';
import { withoutHidden } from '../filter-record.ts';
import type { MachineSource, SiteMachine } from '../machine-source.ts';
import { findMachine, readSnapshot } from '../state/find-machines.ts';
import { describeMachine } from '../machines/arm-machine.ts';
import { findOfSite } from '../machines/ask-machines.ts';
import { acceptMediumToken, authenticate, ownerOfToken } from '../machines/attempts.ts';
import { claimMachine, noteOnTimeline, recordTogether } from '../machines/machines.ts';
import type { Machines } from '../machines/machines.ts';
import type { MachineRow } from '../state/machine-row.ts';
import { authenticated, bearerToken, requireInstaller, WRONG_TOKEN } from './authenticate.ts';
import { HttpError } from './http-errors.ts';
import type { BodyReader } from './read-body.ts';
import type { SendSigned } from './send-signed.ts';

export type MachineRoutesOptions = {
  readonly source: MachineSource;
  readonly machines: Machines;
  readonly clients: Clients;
  readonly readBody: BodyReader;
  readonly sendSigned: SendSigned;
  readonly onFleetKey?: OnFleetKey | undefined;
};

const MAX_EVENTS_BYTES = 4 * MiB;
const MAX_REPORT_BYTES = 16 * MiB;

export function addMachineRoutes(app: Express, options: MachineRoutesOptions): void {
  const { machines, readBody, sendSigned } = options;

  app.get('/v1/machines/by-mac/:mac', (request, response, next) => {
    const answered = request.method === 'HEAD' ? previewLookup(options, request) : lookup(options, request);
    answered.then((answer) => sendSigned({ request, response }, JSON.stringify(answer)), next);
  });

  // The token is checked before a body is read, so that a stranger cannot make the server parse anything.
  app.post(
    '/v1/machines/:id/events',
    requireInstaller(machines),
    ...readBody(MAX_EVENTS_BYTES),
    (request, response) => {
      const machineId = request.params.id;
      const events = parseEvents(request.body, 'the events of an installation');
      const note = authenticated(machines, request) === 'attempt' ? applyEvent : noteEvent;
      // All or none: an installer that is told 503 sends them again.
      recordTogether(machines, () => {
        for (const event of events) note(machines, machineId, event);
      });
      response.status(204).end();
    },
  );

  app.post(
    '/v1/machines/:id/report',
    (request, _response, next) => {
      authenticated(machines, request);
      next();
    },
    ...readBody(MAX_REPORT_BYTES),
    (request, response) => {
      const report = parseEdge(reportSchema, request.body, 'the report of a machine');
      const from = authenticated(machines, request);
      recordTogether(machines, () => {
        if (from === 'medium') acceptMediumToken(machines, request.params.id, bearerToken(request) ?? '');
        applyReport(machines, request.params.id, report, from);
      });
      if (report.fleetKey !== undefined) tellFleet(options, request.params.id, report.fleetKey);
      response.status(204).end();
    },
  );
}

function tellFleet({ machines, onFleetKey }: MachineRoutesOptions, machineId: string, publicKey: string): void {
  const row = findMachine(machines.table, machineId);
  if (row !== undefined) onFleetKey?.({ machineId, name: row.name, publicKey });
}

/**
 * With the attempt's token, while it installs and until it has booted: the snapshot of its arming. Otherwise the
 * machine as the site describes it now.
 */
async function lookup(options: MachineRoutesOptions, request: Request<{ mac: string }>): Promise<Lookup> {
  const { machines } = options;
  const { mac, site } = await findAsked(options, request);
  const row = claimMachine(machines, site);
  const token = bearerToken(request);
  const from = token === undefined ? undefined : authenticate(machines, row.id, token);
  if (token !== undefined && from === undefined) throw new HttpError(401, WRONG_TOKEN);
  const { remoteAddress } = request.socket;
  // Who has a token is the machine; anybody can ask in its name without one.
  if (from !== undefined && remoteAddress !== undefined) options.clients.bound(remoteAddress, mac);
  const snapshot = from === 'attempt' ? snapshotOf(row, readSnapshot(machines.table, row.id)) : undefined;
  const words =
    snapshot === undefined ? 'asked for its description' : 'the installer runs and asked for its description';
  noteOnTimeline(machines, row.id, { source: 'http', key: `lookup ${words}`, text: words });
  return snapshot ?? tellArmed(await describe(site, row.id, from !== undefined), row);
}

/** What `lookup` would answer now, for HEAD: no machine is made or known by its address, and nothing is noted. */
async function previewLookup(
  { source, machines }: MachineRoutesOptions,
  request: Request<{ mac: string }>,
): Promise<Lookup> {
  const { site } = await findAsked({ source }, request);
  const row = findOfSite(machines, site);
  const token = bearerToken(request);
  const from = token === undefined || row === undefined ? undefined : ownerOfToken(machines, row.id, token);
  if (token !== undefined && from === undefined) throw new HttpError(401, WRONG_TOKEN);
  const snapshot =
    from === 'attempt' && row !== undefined ? snapshotOf(row, readSnapshot(machines.table, row.id)) : undefined;
  return snapshot ?? tellArmed(await describe(site, row?.id ?? randomUUID(), from !== undefined), row);
}

/** A running machine starts from its own disk unless it is told. */
function tellArmed(described: Lookup, row: MachineRow | undefined): Lookup {
  return row?.life.state === 'armed' ? { ...described, armed: true } : described;
}

async function findAsked(
  { source }: Pick<MachineRoutesOptions, 'source'>,
  request: Request<{ mac: string }>,
): Promise<{ mac: Mac; site: SiteMachine }> {
  const mac = parseMac(request.params.mac);
  const site = mac === undefined ? undefined : await source.lookupByMac(mac);
  if (mac !== undefined && site !== undefined) return { mac, site };
  throw new HttpError(404, `no machine has the MAC address ${request.params.mac.slice(0, 40)}`);
}

async function describe(site: SiteMachine, machineId: string, isMachine: boolean): Promise<Lookup> {
  const lookup = parseEdge(lookupSchema, await describeMachine(site, machineId), `the description of ${site.name}`);
  return isMachine ? lookup : { ...lookup, record: withoutHidden(lookup.record) };
}
