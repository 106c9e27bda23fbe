// Whether somebody answers to an address. In: what the network says. Out: who has an address, after asking three times.
import { setTimeout as delay } from 'node:timers/promises';
import type { Mac } from '../../lib/mac.ts';
import { printArpProbe } from './protocol/print-arp-probe.ts';
import type { Sighting } from './protocol/parse-frame.ts';

/** Of RFC 5227 §1.1: PROBE_NUM, and PROBE_MIN both between the probes and behind the last. */
const PROBES = 3;
export const PROBE_PAUSE_MS = 1000;

export type Prober = {
  /** Takes in what was heard. */
  readonly hear: (sighting: Sighting) => void;
  /** Who has the address, or is about to take it; undefined when nobody says so. @throws the signal's reason */
  readonly probe: (ip: string) => Promise<Mac | undefined>;
};

type Network = {
  /** The sender's own hardware address. */
  readonly mac: Uint8Array;
  readonly send: (frame: Uint8Array) => void;
  readonly pauseMs: number;
  readonly signal: AbortSignal;
};

/** Asks for addresses without claiming them. @see RFC 5227 §2.1.1 */
export function createProber({ mac, send, pauseMs, signal }: Network): Prober {
  const answered = new Map<string, (mac: Mac) => void>();

  function hear(sighting: Sighting): void {
    if (sighting.by !== 'ARP') return;
    // Who probes for the same address is about to take it.
    answered.get(sighting.ip === '0.0.0.0' ? sighting.target : sighting.ip)?.(sighting.mac);
  }

  async function probe(ip: string): Promise<Mac | undefined> {
    const { promise, resolve } = Promise.withResolvers<Mac>();
    answered.set(ip, resolve);
    try {
      for (let count = 0; count < PROBES; count += 1) {
        send(printArpProbe(mac, ip));
        const owner = await Promise.race([promise, delay(pauseMs, undefined, { signal })]);
        if (owner !== undefined) return owner;
      }
      return undefined;
    } finally {
      answered.delete(ip);
    }
  }

  return { hear, probe };
}
