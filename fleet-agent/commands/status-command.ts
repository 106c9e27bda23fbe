// `gutinteg-fleet status` and `gutinteg-fleet key`: what this host knows of itself.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { harmlessJson, harmlessLines } from '../../lib/harmless-text.ts';
import { listOrders } from '../exchange/follow-order.ts';
import { listOutbox } from '../exchange/outbox.ts';
import { orderPlaces } from '../orders/order-places.ts';
import { readDue, readUptime } from '../state/due-file.ts';
import { ensureHostKey, readHostKeyFile } from '../state/host-key.ts';
import { hasRoom } from '../state/has-room.ts';
import { readLastTry } from '../state/last-try.ts';
import { readLedger } from '../state/ledger.ts';
import { openState } from '../state/open-state.ts';
import { readServerPlace } from '../state/server-place.ts';
import type { StatePaths } from '../state/state-paths.ts';
import { describeCertificate, readOwnCertificate } from './certificate-command.ts';
import { formatWait } from './format-wait.ts';
import { agentVersion, lockState } from './open-context.ts';

export function addStatusCommand(program: Command, stateDirectory: string): void {
  program
    .command('status')
    .description('say to which fleet this host belongs, and how its last check-in went (exit code 1: not well)')
    .option('--json', 'print it as JSON', false)
    .option('--state <dir>', 'where the key and the state are kept', stateDirectory)
    .action(({ json, state }: { json: boolean; state: string }) => {
      const status = readStatus(openState(state));
      process.stdout.write(
        json ? `${harmlessJson(JSON.stringify(status, null, 2))}\n` : harmlessLines(formatStatus(status)),
      );
      const isWell = status.last === undefined || status.last.outcome === 'done' || status.last.outcome === 'waiting';
      if (!isWell) process.exitCode = 1;
    });
}

/** `gutinteg-fleet key`. */
export function addKeyCommand(program: Command, stateDirectory: string): void {
  program
    .command('key')
    .description("make this host's key, unless it has one, and print its public half")
    .option('--state <dir>', 'where the key and the state are kept', stateDirectory)
    .action(async ({ state }: { state: string }) => {
      const paths = openState(state);
      await using _lock = await lockState(paths, 60);
      process.stdout.write(`${ensureHostKey(paths).publicKey}\n`);
    });
}

type Status = ReturnType<typeof readStatus>;

function readStatus(paths: StatePaths) {
  const key = readHostKeyFile(paths);
  const place = readServerPlace(paths);
  const ledger = key === undefined ? undefined : readLedger(paths.ledger);
  const due = key === undefined ? undefined : readDue(paths, readUptime());
  const certificate = readOwnCertificate(paths);
  return {
    id: key?.id,
    server: place?.url,
    version: agentVersion(),
    isLetIn: typeof ledger?.token === 'string',
    failures: ledger?.failures ?? 0,
    isAnswerAwaited: typeof ledger?.nonce === 'string',
    answersWaiting: listOutbox(paths).length,
    takesOrders: existsSync(orderPlaces().trustFile),
    ordersUnderWay: listOrders(paths).length,
    certificate: certificate === undefined ? undefined : describeCertificate(certificate, Date.now()),
    last: readLastTry(paths),
    nextSeconds: due,
    isDiskFull: !hasRoom(paths.directory),
  };
}

function formatStatus(status: Status): string {
  const { id, server, version, last, nextSeconds, failures, answersWaiting, certificate } = status;
  const lines = [
    `host      ${id ?? 'has no key yet: gutinteg-fleet enrol'}`,
    `server    ${server ?? 'none: gutinteg-fleet enrol --server https://SERVER:8443'}`,
    `version   ${version}`,
    ...(certificate === undefined ? [] : [`shows     a certificate ${certificate}`]),
    `last try  ${last === undefined ? 'none yet' : `${when(last.atMs)}: ${last.outcome}: ${last.message}`}`,
    ...(failures > 1 ? [`failures  ${failures} in a row; the last answer came ${when(last?.doneAtMs)}`] : []),
    ...(answersWaiting > 0 ? [`answers   ${answersWaiting}, which the server has not acknowledged`] : []),
    ...(status.isDiskFull
      ? ['disk      is full: how later tries went is not noted here; the server is told of it']
      : []),
    describeOrders(status),
    `next try  ${nextSeconds === undefined ? 'now due' : `in ${formatWait(nextSeconds)}`}`,
  ];
  return `${lines.join('\n')}\n`;
}

function describeOrders({ takesOrders, ordersUnderWay }: Status): string {
  if (!takesOrders) return 'orders    are not accepted: gutinteg-fleet accept-orders';
  return `orders    are accepted; ${ordersUnderWay === 0 ? 'none is' : `${ordersUnderWay}`} under way`;
}

const when = (ms: number | null | undefined): string =>
  ms === null || ms === undefined
    ? 'never'
    : new Date(ms)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' UTC');
