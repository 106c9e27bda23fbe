// One object out of many: the fast way gives the same answer as reading everything.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { FaultsError } from '../lib/errors.ts';
import { findByAddress, parseAddress } from './find-machine.ts';
import { loadWanted } from './load.ts';
import { resolveRecord } from './resolve.ts';

async function makeDir(text: string) {
  const path = await mkdtemp(join(tmpdir(), 'machdb-wanted-'));
  await writeFile(join(path, 'a.db'), text);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function findMac(text: string, mac: string): Promise<string | undefined> {
  await using dir = await makeDir(text);
  const address = parseAddress('mac', mac);
  return findByAddress(await loadWanted(dir.path, { address }), address);
}

async function valuesOf(text: string, name: string): Promise<Record<string, string>> {
  await using dir = await makeDir(text);
  return resolveRecord(await loadWanted(dir.path, { name }), name);
}

function isFault(message: string): (error: unknown) => boolean {
  return (error) => error instanceof FaultsError && error.faults.map((fault) => fault.message).join() === message;
}

suite('a machine is found below a header of any shape', () => {
  const table: [what: string, text: string][] = [
    ['behind a comment that ends in a backslash', 'other:\n  A=1\n# comment \\\nlab:\n  MAC=1:2:3:4:5:6\n'],
    ['with its colon in the next line', 'other:\n  A=1\nlab \\\n:\n  MAC=1:2:3:4:5:6\n'],
    ['as the first of the file', '# comment \\\nlab:\n  MAC=1:2:3:4:5:6\n'],
  ];
  for (const [what, text] of table) {
    test(what, async () => assert.equal(await findMac(text, '1:2:3:4:5:6'), 'lab'));
  }

  test('but not below one that is wrong', async () => {
    const text = 'one:\n  A=1\nläb:\n  MAC=1:2:3:4:5:6\n';
    await assert.rejects(findMac(text, '1:2:3:4:5:6'), isFault("'läb' is not the name of an object"));
  });
});

suite('an object that is there twice', () => {
  const text = 'base:\n  A=1\none: base\n  MAC=1:2:3:4:5:6\ntwo:\n  IP=10.0.0.2\none:\n  MAC=1:2:3:4:5:7\nheir: one\n';
  for (const name of ['one', 'heir']) {
    test(`${name} is refused`, async () => {
      await assert.rejects(valuesOf(text, name), (error) =>
        /^one is already defined in .*a\.db:3$/.test(faultOf(error)),
      );
    });
  }
  for (const mac of ['1:2:3:4:5:6', '1:2:3:4:5:7']) {
    test(`${mac} of one of the two is refused`, async () => {
      await assert.rejects(findMac(text, mac), (error) => faultOf(error).startsWith('one is already defined'));
    });
  }
  for (const second of ['# comment \\\none:\n', 'one \\\n:\n']) {
    test(`and also as ${JSON.stringify(second)}`, async () => {
      const twice = `one:\n  A=1\n${second}  A=2\n`;
      await assert.rejects(valuesOf(twice, 'one'), (error) => faultOf(error).startsWith('one is already defined'));
    });
  }
  test('is nothing to the others', async () => assert.equal((await valuesOf(text, 'two'))['IP'], '10.0.0.2'));
});

function faultOf(error: unknown): string {
  return error instanceof FaultsError ? (error.faults[0]?.message ?? '') : String(error);
}

test('a header that is wrong says nothing about the object before it', async () => {
  assert.deepEqual(await valuesOf('one:\n  A=1\nläb:\n  B=2\n', 'one'), { HOSTNAME: 'one', A: '1' });
});

test('a line of an ancestor that two parents share is said once', async () => {
  const text = 'x:\n  A="1\na: x\n  B=1\nb: x\n  C=1\nm: a b\n';
  await assert.rejects(valuesOf(text, 'm'), isFault('no closing " on this line'));
});

suite('no question takes long', () => {
  const numbers = Array.from({ length: 40_000 }, (_, index) => index);
  const octets = (index: number): string => `${(index >> 8).toString(16)}:${(index & 255).toString(16)}`;
  const machines = numbers.map((index) => `m${index}x: base\n  MAC=\${P}:${octets(index)}\n`);
  const table: [what: string, text: string, ask: (text: string) => Promise<unknown>, answer: unknown][] = [
    [
      'where every machine has a reference in its MAC',
      `base:\n  P=52:54:0:0\n${machines.join('')}`,
      (text) => findMac(text, '52:54:0:0:1:1'),
      'm257x',
    ],
    [
      'where a long line names the machine again and again',
      `a:\n  MAC=1:2:3:4:5:6\n  B=${'a '.repeat(400_000)}\n`,
      (text) => findMac(text, '1:2:3:4:5:6'),
      'a',
    ],
    [
      'of a header with 200,000 parents',
      `m: ${'g h '.repeat(100_000)}\ng:\n  A=1\nh:\n  B=2\n`,
      (text) => valuesOf(text, 'm'),
      { HOSTNAME: 'm', A: '1', B: '2' },
    ],
    [
      'of a long chain',
      `${numbers.map((index) => `o${index}: o${index + 1}\n`).join('')}o40000:\n  A=1\n`,
      (text) => valuesOf(text, 'o0'),
      { HOSTNAME: 'o0', A: '1' },
    ],
  ];
  for (const [what, text, ask, answer] of table) {
    test(what, { timeout: 20_000 }, async () => {
      const started = performance.now();
      assert.deepEqual(await ask(text), answer);
      // A fraction of a second in practice; what is quadratic takes half a minute.
      assert.ok(performance.now() - started < 15_000);
    });
  }
});
