import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../package/digest.ts';
import { planLiveManifests, planRemovals } from './plan-gc.ts';

const NOW = Date.parse('2026-06-30T00:00:00Z');
const day = (date: string) => `2026-06-${date}T00:00:00.000Z`;
const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(sha256) as [string, string, string, string, string];
/** Published on the 1st, 2nd, 10th, 28th. */
const history = [
  { digest: d, at: day('28') },
  { digest: c, at: day('10') },
  { digest: b, at: day('02') },
  { digest: a, at: day('01') },
];

const cases: [
  name: string,
  rules: [keep: number, graceDays: number],
  held: string[],
  young: string[],
  live: string[],
][] = [
  ['the newest alone', [1, 0], [], [], [d]],
  ['none kept is one kept', [0, 0], [], [], [d]],
  ['the newest two', [2, 0], [], [], [d, c]],
  ['what was replaced a short time ago, however old it is', [1, 7], [], [], [d, c]],
  ['what was replaced within a month', [1, 25], [], [], [d, c, b]],
  ['what is held', [1, 0], [a], [], [d, a]],
  ['a file that somebody has just written', [1, 7], [], [e], [d, c, e]],
];
for (const [name, [keepGenerations, graceDays], held, young, live] of cases) {
  test(`gc: lives: ${name}`, () => {
    const manifests = new Map(
      [a, b, c, d, e].map((digest) => [digest, NOW - (young.includes(digest) ? 1 : 40 * 86_400_000)]),
    );
    const contents = { generations: new Map([['x', history]]), held: new Set(held), manifests, nowMs: NOW };
    assert.deepEqual([...planLiveManifests(contents, { keepGenerations, graceDays })].toSorted(), live.toSorted());
  });
}

test('gc: removes dead manifests with their signatures, deltas that lead to them, packs that nothing needs', () => {
  const files = {
    manifests: [a, `${a}.sig`, b, `${b}.sig`, 'README', `${a}.old`],
    deltas: [`${a}-${b}`, `${b}-${a}`, 'notes'],
    packs: [c, d, 'x'],
  };
  assert.deepEqual(planRemovals(files, { manifests: new Set([b]), packs: new Set([d]) }), {
    manifests: [a, `${a}.sig`],
    deltas: [`${b}-${a}`],
    packs: [c],
  });
});
