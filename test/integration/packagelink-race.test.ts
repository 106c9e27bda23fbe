// A directory of the target and a symbolic link that leads out of it change places some thousand times a second while
// updates, deletions and restorations go on below it. Whatever they find, nothing outside is read back or written.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { full, layerOf, partial, publishSite, put, withLab } from './packagelink-lab.ts';
import type { Lab } from './packagelink-lab.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { exchange } from '../../packagelink/native/exchange.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';

const RUNS = 40;
const FILES = 60;
const node = join(import.meta.dirname, '../../bin/node');

async function treeOf(lab: Lab, version: string, count: number): Promise<MergedTree> {
  rmSync(join(lab.site, 'srv'), { recursive: true, force: true });
  for (let index = 0; index < count; index += 1) put(lab.site, `srv/place/f${index}`, `${version} ${index}`);
  const layer = await layerOf(lab, 'site', (await publishSite(lab)).manifest);
  return mergeTree({ layers: [layer], defines: { HOSTNAME: 'underdog' } });
}

/** The directory in its place and the link in the other, for the next run; whether that one had replaced the link. */
function resetLink(place: string, link: string, outside: string): boolean {
  if (lstatSync(place).isSymbolicLink()) {
    exchange(place, link);
    return false;
  }
  if (lstatSync(link).isSymbolicLink()) return false;
  rmSync(link, { recursive: true });
  symlinkSync(outside, link);
  return true;
}

test('a directory that turns into a link again and again leads no run out of the target', async (t) => {
  await withLab('/dev/shm', async (lab) => {
    const outside = join(lab.dir, 'outside');
    for (let index = 0; index < FILES; index += 1) put(outside, `f${index}`, `first ${index}`);
    const trees = [await treeOf(lab, 'first', FILES), await treeOf(lab, 'second', FILES / 2)] as const;
    await full(lab, trees[0]);
    mkdirSync(join(lab.target, 'elsewhere'));
    const link = join(lab.target, 'elsewhere/link');
    symlinkSync(outside, link);
    const place = join(lab.target, 'srv/place');
    const swapper = join(import.meta.dirname, '../helpers/swap-paths.ts');
    const child = spawn(node, ['--disable-warning=ExperimentalWarning', swapper, place, link]);
    const ended = once(child, 'close');
    const answers = createInterface(child.stdout);
    const toggle = async (): Promise<number> => {
      child.stdin.write('\n');
      const line = await Promise.race([once(answers, 'line'), ended]);
      return Number(line[0]);
    };
    const seen = { exchanges: 0, errors: 0, replaced: 0 };
    try {
      for (let run = 0; run < RUNS; run += 1) {
        await toggle();
        const { errors } = await partial(lab, trees[(run + 1) % 2] ?? trees[0], { massDelete: () => true }).catch(
          (error: unknown) => ({ errors: [String(error)] }),
        );
        seen.exchanges = await toggle();
        if (errors.length > 0) seen.errors += 1;
        if (resetLink(place, link, outside)) seen.replaced += 1;
      }
    } finally {
      child.stdin.end();
      await ended;
    }
    for (let index = 0; index < FILES; index += 1) {
      assert.equal(readFileSync(join(outside, `f${index}`), 'utf8'), `first ${index}`);
    }
    assert.equal(readdirSync(outside).length, FILES);
    t.diagnostic(
      `${seen.exchanges} exchanges in ${RUNS} runs; ${seen.errors} named an error, ${seen.replaced} replaced the link`,
    );
    assert(seen.errors > 0 && seen.replaced > 0, 'the race was never lost');
    await partial(lab, trees[0], { massDelete: () => true });
    assert.deepEqual((await partial(lab, trees[0])).errors, []);
    assert.deepEqual(
      readdirSync(join(lab.target, 'srv/place')).filter((name) => !/^f\d+$/.test(name)),
      [],
    );
  });
});
