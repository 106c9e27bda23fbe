// The law of packageunlink: whatever was linked over what, taking it away gives what was there before.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FaultsError } from '../../lib/errors.ts';
import type { PartialResult } from '../../packagelink/partial/apply-partial.ts';
import { linkTrees, unlinkTree } from '../helpers/link-trees.ts';
import { makeTree, walk, withDirectory } from './packagelink-linking-lab.ts';
import type { Description, Node } from './packagelink-linking-lab.ts';
import { howMany } from '../helpers/how-many.ts';

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const mode = fc.constantFrom(0o644, 0o600, 0o755, 0o4755);
const uid = fc.constantFrom(0, 0, 7);
const time = fc.constantFrom(1_500_000_000, 1_600_000_000.25);
const text = fc.constantFrom('', 'one\n', 'two\n');
const node: fc.Arbitrary<Node> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('file' as const), text, mode, uid, time }) },
  fc.record({ type: fc.constant('template' as const), text: fc.constantFrom('v ##V##\n', '##V##x\n'), mode, uid }),
  fc.record({ type: fc.constant('symlink' as const), target: fc.constantFrom('a', '/nowhere', '../b'), time }),
  fc.record({ type: fc.constant('directory' as const), mode: fc.constantFrom(0o755, 0o700, 0o1777), uid }),
  fc.record({ type: fc.constant('hardlink' as const) }),
);
const tree: fc.Arbitrary<Description> = fc.dictionary(path, node, { maxKeys: 8 });
/** Without hard links: of names of one file, one that is replaced alone comes back as a file of its own. */
const foreign = tree.map((all) => Object.fromEntries(Object.entries(all).filter(([, one]) => one.type !== 'hardlink')));

/** `replace` for everything that a tree holds. */
function settings(root: string): string {
  const paths = execFileSync('find', [root, '-mindepth', '1', '-printf', '%P\\n']).toString().trimEnd().split('\n');
  const installed = paths.filter((path) => path !== '').map((path) => path.replace(/\.plprocess$/, ''));
  return `replace: ${JSON.stringify(installed)}\n`;
}

type Lab = { readonly dir: string; readonly target: string; readonly timeless: (path: string) => boolean };

async function link(lab: Lab, words: readonly string[], mode: 'copy' | 'hardlink' = 'copy') {
  const trees = words.map((word) => word.replace(/[A-Z]$/, (tree) => join(lab.dir, tree)));
  return sound(await linkTrees(lab.target, trees, mode));
}

async function unlink(lab: Lab, name: string) {
  return sound(await unlinkTree(lab.target, name));
}

function sound(result: PartialResult): PartialResult {
  assert.deepEqual(result.errors, []);
  return result;
}

async function inLab(trees: Readonly<Record<string, Description>>, work: (lab: Lab) => Promise<void>): Promise<void> {
  await withDirectory(async (dir) => {
    for (const [letter, description] of Object.entries(trees)) {
      makeTree(join(dir, letter), description);
      if (letter !== 'F') writeFileSync(join(dir, letter, '.packagelink.yaml'), settings(join(dir, letter)));
    }
    const templates = new Set(
      Object.values(trees).flatMap((one) => Object.keys(one).filter((path) => one[path]?.type === 'template')),
    );
    await work({ dir, target: join(dir, 'F'), timeless: (path) => templates.has(path) });
  });
}

test('link A; link B; unlink B is link A, and unlink A is what was there before: bytes and metadata', async () => {
  await fc.assert(
    fc.asyncProperty(
      foreign,
      tree,
      tree,
      fc.constantFrom('copy' as const, 'hardlink' as const),
      async (F, A, B, mode) => {
        await inLab({ F, A, B }, async (lab) => {
          const before = walk(lab.target, lab.timeless);
          await link(lab, ['A'], mode);
          const withA = walk(lab.target, lab.timeless);
          await link(lab, ['60:B'], mode);
          const again = await link(lab, ['60:B'], mode);
          assert.deepEqual(again.changes, [], 'a second link changes nothing');
          await unlink(lab, 'B');
          assert.deepEqual(walk(lab.target, lab.timeless), withA);
          await unlink(lab, 'A');
          assert.deepEqual(walk(lab.target, lab.timeless), before);
        });
      },
    ),
    { numRuns: howMany({ few: 5, all: 50 }) },
  );
});

test('the order in which packages are linked means nothing', async () => {
  await fc.assert(
    fc.asyncProperty(tree, tree, async (A, B) => {
      const results: string[][] = [];
      for (const order of [[['A', '60:B']], [['60:B', 'A']], [['A'], ['60:B']], [['60:B'], ['A']]]) {
        await inLab({ F: {}, A, B }, async (lab) => {
          for (const words of order) await link(lab, words);
          results.push(walk(lab.target, lab.timeless));
        });
      }
      for (const other of results.slice(1)) assert.deepEqual(other, results[0]);
    }),
    { numRuns: howMany({ few: 3, all: 25 }) },
  );
});

test('packages of one priority that do not fit change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(foreign, tree, tree, async (F, A, B) => {
      await inLab({ F, A, B }, async (lab) => {
        await link(lab, ['A']);
        const before = walk(lab.target, lab.timeless);
        try {
          await link(lab, ['B']);
          await unlink(lab, 'B');
        } catch (error) {
          if (!(error instanceof FaultsError)) throw error;
        }
        assert.deepEqual(walk(lab.target, lab.timeless), before);
      });
    }),
    { numRuns: howMany({ few: 3, all: 25 }) },
  );
});
