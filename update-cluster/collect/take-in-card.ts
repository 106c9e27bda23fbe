import { UserError } from '../../lib/errors.ts';
import type { KnownHosts } from './known-hosts.ts';
import { planHost } from './plan-host.ts';
import type { Choice, Taken } from './plan-host.ts';
import type { Prober } from './prober.ts';
import type { Sighting } from './protocol/parse-frame.ts';
import { describeSighting } from './describe-sighting.ts';

/** What a card needs to become a host; shared by all cards of a run. */
export type Desk = {
  readonly hosts: KnownHosts;
  /** Undefined: nothing is sent or written. */
  readonly choice: Choice | undefined;
  readonly prober: Prober;
  /** One card at a time reads and writes. */
  readonly turns: <T>(work: () => Promise<T>) => Promise<T>;
  /** Names that this run is about to give, or has given. */
  readonly names: Set<string>;
  /** The same of addresses, and those that the network was seen to use. */
  readonly addresses: Set<string>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Told of each new card. */
  readonly onFound: () => void;
};

type Place = { readonly hostname: string; readonly ip: string };

/**
 * Gives a card a name and an address that nobody answers to, unless it is known.
 * @throws UserError when names or addresses have run out, or what is known cannot be read or written; the signal's reason
 */
export async function takeInCard(desk: Desk, sighting: Sighting): Promise<void> {
  for (let isDone = false; !isDone;) {
    const place = await desk.turns(() => reserve(desk, sighting));
    isDone = place === undefined || (await tryPlace(desk, sighting, place));
  }
}

/** Undefined when the card has been dealt with. */
async function reserve(desk: Desk, sighting: Sighting): Promise<Place | undefined> {
  const { addresses, choice, hosts, names, say, signal } = desk;
  signal.throwIfAborted();
  const known = await hosts.read();
  if (known.hasMac(sighting.mac)) {
    say(`${describeSighting(sighting)}: is known`);
    return undefined;
  }
  if (choice === undefined) {
    say(`${describeSighting(sighting)}: is new`);
    desk.onFound();
    return undefined;
  }
  const ownRun: Taken = { hasIp: (ip) => addresses.has(ip), hasName: (name) => names.has(name) };
  const planned = planHost(choice, [known, ownRun]);
  if (!planned.ok) {
    const what = planned.out === 'names' ? 'name of the pattern' : 'address of the range';
    throw new UserError(`${describeSighting(sighting)}: not added: no ${what} is free`);
  }
  names.add(planned.hostname);
  addresses.add(planned.ip);
  return planned;
}

/** False when somebody else has the address, or has just been given the name or the address. */
async function tryPlace(desk: Desk, sighting: Sighting, place: Place): Promise<boolean> {
  let isAdded = false;
  try {
    const owner = await desk.prober.probe(place.ip);
    if (owner === undefined) isAdded = await desk.turns(() => add(desk, sighting, place));
    else desk.say(`${place.ip} is not given: ${owner.toUpperCase()} has it`);
  } finally {
    // The address stays taken: it is in use, or in a file.
    if (!isAdded) desk.names.delete(place.hostname);
  }
  return isAdded;
}

async function add({ hosts, onFound, say, signal }: Desk, sighting: Sighting, place: Place): Promise<boolean> {
  signal.throwIfAborted();
  const text = await hosts.add({ mac: sighting.mac, ...place });
  if (text === undefined) return false;
  say(`${describeSighting(sighting)}: ${text}`);
  onFound();
  return true;
}
