// The look-up routes of the server over a database, on a free port of 127.0.0.1, as a process of its own.
// Says its port, then the version of the database whenever one comes into force. Ends when its standard input ends.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolveRecord } from '../machdb/resolve.ts';
import { addRecordRoutes } from '../netboot/servers/record-routes.ts';
import { createApp, serveHttp } from '../netboot/servers/http.ts';
import { openLiveDatabase } from '../site/live-database.ts';

const [siteDir = '.', kind = 'gutinteg'] = process.argv.slice(2);

/** What node:http can do at best: the same few hundred bytes, whoever asks. */
async function serveFixed(): Promise<number> {
  const body = JSON.stringify({ name: 'n000000', record: { TEXT: 'x'.repeat(300) } });
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Content-Length', body.length);
    response.end(body);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => {
    listening.resolve();
  });
  await listening.promise;
  return (server.address() as AddressInfo).port;
}

async function serveRecords(): Promise<number> {
  const live = await openLiveDatabase({
    siteDir,
    pollMs: 1000,
    onVersion: ({ version }) => void process.stdout.write(`version ${version}\n`),
  });
  const { current } = live;
  const named = (name: string | undefined) =>
    name === undefined ? undefined : { name, record: resolveRecord(current().db, name) };
  const records = {
    byMac: (mac: string) => named(current().index.byMac.get(mac)),
    byName: (name: string) => named(current().index.names.has(name) ? name : undefined),
    byIp: (ip: string) => named(current().index.byIp.get(ip)),
  };
  const databaseStatus = () => ({
    machines: 0,
    readAtMs: 0,
    version: current().version,
    reading: live.isReading(),
    fault: null,
  });
  const stateStatus = () => ({ fault: null, lost: 0, linesLeftOut: 0, logLeftOut: 0, packetsDropped: 0 });
  const app = createApp(
    () => {},
    (routes) => {
      addRecordRoutes(routes, { source: { records, databaseStatus }, publicVariables: ['*'], stateStatus });
    },
  );
  return (await serveHttp(app, { address: '127.0.0.1', port: 0 })).port;
}

process.stdout.write(`port ${await (kind === 'fixed' ? serveFixed() : serveRecords())}\n`);
process.stdin.resume().on('end', () => process.exit());
