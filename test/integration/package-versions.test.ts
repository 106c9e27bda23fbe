// The order of versions is that of dpkg and rpm themselves: pairs of versions that somebody could have written, and of
// those that are near each other.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { packageSystems } from '../../package-systems/all.ts';
import { howMany } from '../helpers/how-many.ts';

type Pair = readonly [a: string, b: string];

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'versions-'));
});
after(async () => rm(directory, { recursive: true }));

const text = (characters: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters.split('')), minLength: 1, maxLength });
const epoch = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  fc.constantFrom('0:', '00:', '1:', '01:', '2:', '10:'),
);

const versions = {
  dpkg: fc
    .tuple(
      epoch,
      text('0129', 2),
      text('0019aBz.+~-', 8),
      fc.oneof(
        fc.constant(''),
        text('0019aB.+~', 4).map((part) => `-${part}`),
      ),
    )
    .map((parts) => parts.join('')),
  rpm: fc
    .tuple(epoch, text('0019aBz._+~^', 8), fc.constant('-'), text('0019aB._+~^', 4))
    .map((parts) => parts.join('')),
};

/** Prints -1, 0 or 1 for each line of the file, `A B`. */
const asked: Readonly<Record<'dpkg' | 'rpm', (file: string) => Argv>> = {
  dpkg: (file) => ['sh', '-c', SHELL, 'sh', file],
  rpm: (file) => ['rpm', '--eval', `%{lua: for line in io.lines("${file}") do ${LUA} end}`],
};
const SHELL = `while read -r a b; do
  if dpkg --compare-versions "$a" lt "$b"; then echo -1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi
done <"$1"`;
/** Its print keeps all the output, and crashes at some 10 kB. */
const LUA = 'local a, b = line:match("(%S+) (%S+)"); io.stdout:write(rpm.vercmp(a, b), "\\n")';

for (const { name, compareVersions } of packageSystems) {
  // Near: one character is another one, or not there.
  const near = fc
    .tuple(versions[name], fc.nat(), fc.constantFrom('', '0', '1', 'a', '.', '~', '+', '0.'))
    .map(([version, at, other]): Pair => {
      const place = 1 + (at % version.length);
      return [version, version.slice(0, place) + other + version.slice(place + 1)];
    })
    .filter(([, version]) => name === 'dpkg' || version.includes('-'));
  // dpkg refuses an empty revision, and an epoch that is no number.
  const pair = fc
    .oneof(fc.tuple(versions[name], versions[name]), near)
    .filter((both) => both.every((version) => /^(?:\d+:)?[^:]*[^-:]$/.test(version)));
  const count = name === 'dpkg' ? howMany({ few: 600, all: 10_000 }) : howMany({ few: 10_000, all: 200_000 });

  test(`${count} pairs of versions have ${name}'s order`, async (context) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    context.diagnostic(`seed ${seed}`);
    const pairs = fc.sample(pair, { seed, numRuns: count });
    const file = join(directory, name);
    await writeFile(file, pairs.map(([a, b]) => `${a} ${b}\n`).join(''));
    const { stdout } = await runCommand(asked[name](file));
    const theirs = stdout
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(Number);
    assert.equal(theirs.length, pairs.length);
    assert.ok(new Set(theirs).size === 3, 'some are older, newer and equal');
    const different = pairs.flatMap(([a, b], index) => {
      const ours = Math.sign(compareVersions(a, b));
      return ours === theirs[index] ? [] : [`${a} ${b}: ${name} ${theirs[index]}, here ${ours}`];
    });
    assert.deepEqual(different, []);
  });
}
