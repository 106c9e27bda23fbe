// Records of the machine database for anybody on the network, and how the server is. Reads only, nothing is noted.
import { createHash } from 'node:crypto';
import type { Express, Request, Response } from 'express';
import type { StateStatus } from '../../contract/health.ts';
import { recordJsonSchema } from '../../contract/record.ts';
import { routes } from '../../contract/routes.ts';
import { parseMac } from '../../lib/mac.ts';
import { describeHealth } from '../describe-health.ts';
import { createPublicFilter } from '../filter-record.ts';
import type { MachineSource, NamedRecord } from '../machine-source.ts';
import { HttpError } from './http-errors.ts';

export type RecordRoutesOptions = {
  readonly source: Pick<MachineSource, 'records' | 'databaseStatus'>;
  /** Handed out besides what booting needs. */
  readonly publicVariables: readonly string[];
  readonly stateStatus: () => StateStatus;
};

const LONGEST_SHOWN = 80;

export function addRecordRoutes(app: Express, { source, publicVariables, stateStatus }: RecordRoutesOptions): void {
  const { records } = source;
  const filter = createPublicFilter(publicVariables);
  const send = (request: Request, response: Response, found: NamedRecord | undefined, asked: string): void => {
    if (found === undefined) throw new HttpError(404, `no machine has the ${asked.slice(0, LONGEST_SHOWN)}`);
    sendWithEtag(request, response, JSON.stringify({ name: found.name, record: filter(found.record) }));
  };

  app.get(routes.recordByMac(':mac'), (request: Request<{ mac: string }>, response) => {
    const mac = parseMac(request.params.mac);
    send(request, response, mac === undefined ? undefined : records.byMac(mac), `MAC address ${request.params.mac}`);
  });
  app.get(routes.recordByName(':name'), (request: Request<{ name: string }>, response) => {
    send(request, response, records.byName(request.params.name), `name ${request.params.name}`);
  });
  app.get(routes.recordByIp(':ip'), (request: Request<{ ip: string }>, response) => {
    send(request, response, records.byIp(request.params.ip), `IP address ${request.params.ip}`);
  });
  app.get(routes.recordSchema, (request, response) => {
    sendWithEtag(request, response, JSON.stringify(recordJsonSchema(), undefined, 2));
  });
  app.get(routes.health, (_request, response) => {
    const health = describeHealth(source.databaseStatus(), stateStatus());
    response.set('Cache-Control', 'no-store').json(health);
  });
}

/** 304 when the client has these very bytes (RFC 9110 §13.1.2). Written by hand: express would hash what it sends again. */
function sendWithEtag(request: Request, response: Response, body: string): void {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', 'no-cache');
  if (hasEtag(request.headers['if-none-match'], etag)) {
    response.statusCode = 304;
    response.end();
    return;
  }
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Weak comparison: `W/` does not count. */
function hasEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
