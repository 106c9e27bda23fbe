// Hosts whose executor carries out orders that a test signs: the real program, without a server. In: hosts of package-hosts/. Out: orders
// to lay down, and what became of them. Never: speaks to a network. Needs root.
import { generateKeyPairSync } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idOfKey } from '../../contract/fleet/enrolment.ts';
import type { Order, SignedOrder } from '../../contract/fleet/jobs/order.ts';
import { signOrder } from '../../contract/fleet/jobs/order.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import { publicKeyText } from '../../contract/fleet/signed-request.ts';
import { nameOfOrder } from '../../fleet-agent/orders/order-places.ts';
import { orderReportSchema } from '../../fleet-agent/orders/order-report.ts';
import type { OrderReport } from '../../fleet-agent/orders/order-report.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { fleetPrograms } from '../../netboot/agent/fleet-files.ts';
import { bundleInstaller } from '../../netboot/ramdisk/bundle.ts';
import type { OverlayRoot } from './package-hosts/overlay-root.ts';
import { agentBinds } from './publish-fleet-agent.ts';

const source = join(import.meta.dirname, '../../fleet-agent');
/** Of the talker, who has no rights. */
const TALKER = 65_534;

/** The program in a directory, and the directories that a host sees it by. Takes about 1 s. */
export async function writeFleetProgram(directory: string): Promise<Readonly<Record<string, string>>> {
  mkdirSync(directory, { recursive: true });
  for (const [name, entry] of Object.entries(fleetPrograms)) {
    writeFileSync(join(directory, name), (await bundleInstaller(join(source, entry))).code);
  }
  writeFileSync(join(directory, 'node'), '#!/bin/sh\nexec /srv/node/node "$@"\n', { mode: 0o755 });
  writeFileSync(join(directory, 'VERSION'), 'lab\n');
  return { ...agentBinds, '/usr/lib/gutinteg-fleet': directory };
}

export type OrderWanted = Pick<Order, 'action'> & Partial<Order>;

export type OrderHost = ReturnType<typeof orderHost>;

const { privateKey } = generateKeyPairSync('ed25519');

/** What `gutinteg-fleet accept-orders --key` takes, of the server that signs in this lab. */
export const labOrderKey = publicKeyText(privateKey);

/** The host's talker has a key; nothing is accepted yet. */
export function orderHost({ root, run }: Pick<OverlayRoot, 'root' | 'run'>) {
  const state = join(root, 'var/lib/gutinteg-fleet');
  const spool = join(state, 'orders');
  const executor = join(root, 'var/lib/gutinteg-fleet-executor');
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  writeFileSync(join(state, 'public-key'), `${x}\n`);
  for (const path of [state, spool]) chownSync(path, TALKER, TALKER);
  writeFileSync(join(root, 'usr/bin/gutinteg-fleet'), readFileSync(join(source, 'files/gutinteg-fleet')), {
    mode: 0o755,
  });
  let serial = 0;
  const layDown = (signed: SignedOrder): string => {
    const name = nameOfOrder(signed);
    writeFileSync(join(spool, `${name}.json`), JSON.stringify(signed));
    chownSync(join(spool, `${name}.json`), TALKER, TALKER);
    return name;
  };
  const report = (name: string): OrderReport | undefined => {
    try {
      return orderReportSchema.parse(JSON.parse(readFileSync(join(executor, 'reports', `${name}.json`), 'utf8')));
    } catch (error) {
      return whenMissing(undefined)(error);
    }
  };
  const agent = (words: readonly string[], timeoutMs = 120_000) =>
    run(['gutinteg-fleet', ...words], { okExitCodes: [0, 1, 2], timeoutMs });
  /** As the talker says it now. */
  const identity = () => {
    const key = readFileSync(join(state, 'public-key'), 'utf8').trim();
    return { key, id: idOfKey(key) };
  };
  const sign = (wanted: OrderWanted): SignedOrder => {
    serial += 1;
    const expiresAt = Math.floor(Date.now() / 1000) + 3600;
    const order = { host: identity().id, job: 1, serial, simulate: false, expiresAt, health: [], ...wanted };
    return signOrder({ ...order, v: 1 }, privateKey);
  };
  const place = (wanted: OrderWanted): string => layDown(sign(wanted));
  const result = (name: string): OrderResult => {
    const found = report(name);
    if (found?.state !== 'ended') throw new Error(`the order has not ended: ${JSON.stringify(found)}`);
    return found.result;
  };
  return {
    root,
    run,
    state,
    spool,
    executor,
    identity,
    sign,
    agent,
    layDown,
    report,
    result,
    /** Signs an order and lays it down. @returns its name */
    place,
    accept: () => agent(['accept-orders', '--key', labOrderKey]),
    runOrders: (...words: readonly string[]) => agent(['run-orders', ...words]),
    /** As the talker does when the server has its result. */
    forget: (name: string) => rmSync(join(spool, `${name}.json`), { force: true }),
    /** From the spool to its result. */
    carryOut: async (wanted: OrderWanted, ...words: readonly string[]): Promise<OrderResult> => {
      const name = place(wanted);
      const { stderr, exitCode } = await agent(['run-orders', ...words]);
      if (exitCode !== 0) throw new Error(stderr);
      return result(name);
    },
  };
}
