// A thread that feeds the machine database with mutated texts until it is told to stop. It writes down each input before it
// tries it, so that whoever waits can say which one it hung at.
import { workerData } from 'node:worker_threads';
import { FaultsError, UserError } from '../../lib/errors.ts';
import { partialMachdb } from '../../machdb/headers.ts';
import { runAtOnce } from '../../lib/slices.ts';
import { checkMachdb } from '../../machdb/check.ts';
import { findByAddress, ownersOf, parseAddress } from '../../machdb/find-machine.ts';
import { outlineInSteps, parseMachdb, printMachdb } from '../../machdb/parse.ts';
import { tryResolve } from '../../machdb/resolve.ts';

/** `state` counts inputs in [0] and is told to stop in [1]; `input` holds the length and the UTF-16 units of the last one. */
export type FuzzJob = {
  readonly seed: number;
  readonly corpus: readonly string[];
  readonly state: Int32Array;
  readonly input: Uint16Array;
};

const TOKENS = [
  '\n',
  '\r\n',
  '\\\n',
  '\\',
  '"',
  "'",
  '#',
  ' #',
  ':',
  '=',
  '+=',
  '-=',
  '${',
  '}',
  '$${',
  '${A}',
  '\t',
  ' ',
  '\0',
  '\uFEFF',
  '\uD800',
  'ü',
  'a: b\n',
  'b: a\n',
  'MAC=52:54:0:0:0:1\n',
  'IP=10.0.0.1\n',
  'NETWORK=10.0.0.0\nNETMASK=255.0.0.0\n',
  'A=${B}\nB=${A}\n',
  'REQUIRED=X\n',
];

fuzz(workerData as FuzzJob);

function fuzz({ seed, corpus, state, input }: FuzzJob): void {
  const random = createRandom(seed);
  while (Atomics.load(state, 1) === 0) {
    const text = mutate(corpus, random);
    write(input, text);
    tryInput(text);
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
  }
}

/** Everything that can be done with a text; any error but a fault is a defect and ends the thread. */
function tryInput(text: string): void {
  const files = [{ path: 'f', text }];
  const outlined = runAtOnce(outlineInSteps(files));
  if (printMachdb(outlined.db)[0]?.text !== text.replace(/^\uFEFF/, '')) throw new Error('text was lost');
  try {
    const db = parseMachdb(files);
    checkMachdb(db, []);
    for (const name of db.objects.keys()) {
      tryResolve(db, name);
      partialMachdb(db.texts, [name]);
    }
    const address = parseAddress('ip', '10.0.0.1');
    ownersOf(db.texts, address);
    findByAddress(db, address);
  } catch (error) {
    if (!(error instanceof FaultsError || error instanceof UserError)) throw error;
  }
}

function mutate(corpus: readonly string[], random: (below: number) => number): string {
  let text = corpus[random(corpus.length)] ?? '';
  for (let left = 1 + random(8); left > 0; left -= 1) {
    const [from, to] = [random(text.length + 1), random(text.length + 1)].toSorted((a, b) => a - b) as [number, number];
    const other = corpus[random(corpus.length)] ?? '';
    const start = random(other.length + 1);
    const piece = [
      '',
      TOKENS[random(TOKENS.length)] ?? '',
      String.fromCharCode(random(2) === 0 ? random(128) : random(65536)),
      other.slice(start, start + random(200)),
      text.slice(from, to).repeat(random(4)),
    ][random(5)];
    // Now and then much goes; mostly little does.
    const end = random(4) === 0 ? to : Math.min(to, from + random(6));
    text = text.slice(0, from) + (piece ?? '') + text.slice(end);
  }
  return text.slice(0, 20_000);
}

function write(input: Uint16Array, text: string): void {
  input[0] = text.length;
  for (let at = 0; at < text.length; at += 1) input[at + 1] = text.charCodeAt(at);
}

/** mulberry32. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
