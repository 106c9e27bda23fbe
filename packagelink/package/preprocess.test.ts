import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { findTemplateVariables, pathOnTarget, preprocess } from './preprocess.ts';

const run = (text: string, defines: Record<string, string>) =>
  Buffer.from(preprocess(Buffer.from(text), defines, 'etc/x of base')).toString();

const cases: [name: string, text: string, defines: Record<string, string>, expected: string][] = [
  ['a variable inside a line', 'search ##DOMAIN## x\n', { DOMAIN: 'example.org' }, 'search example.org x\n'],
  ['two in one line', '##A##=##B##', { A: '1', B: '2' }, '1=2'],
  ['an undefined service stays', '##NFS##nfsd\nsshd\n', {}, '##NFS##nfsd\nsshd\n'],
  ['a defined service disappears', 'sshd\n##NFS##nfsd\n', { NFS: '' }, 'sshd\nnfsd\n'],
  ['a value is not looked at again', 'x ##A##', { A: '##B##' }, 'x ##B##'],
  ['half a value does not join its surroundings', '##A##B##', { A: '##' }, '##B##'],
  ['no name, no variable', '#### heading ####\n## text ##\n##1X##', {}, '#### heading ####\n## text ##\n##1X##'],
  ['names from the prototype are not defined', '##constructor##', {}, '##constructor##'],
  ['values are UTF-8', 'x ##A##', { A: 'Grüße' }, 'x Grüße'],
];

for (const [name, text, defines, expected] of cases) {
  test(`preprocess: ${name}`, () => assert.equal(run(text, defines), expected));
}

test('preprocess: an undefined variable inside a line is an error that names it and the file', () => {
  assert.throws(() => run('a ##X##', {}), /etc\/x of base: ##X## is not defined/);
  assert.throws(() => run(' ##X##', {}), /##X##/);
});

test('preprocess: a NUL in text or value is an error', () => {
  assert.throws(() => run('a\0b', {}), /NUL/);
  assert.throws(() => run('a ##X##', { X: '\0' }), /value of X holds a NUL/);
});

test('preprocess: bytes that are not UTF-8 pass unchanged', () => {
  const bytes = Buffer.from([0x61, 0xff, 0xfe, 0x80, 0x0a]);
  assert.deepEqual(Buffer.from(preprocess(bytes, {}, 'x')), bytes);
});

test('preprocess: any text without ## is its own result', () => {
  const bytes = fc.uint8Array().filter((array) => !array.includes(0) && !array.includes(0x23));
  fc.assert(
    fc.property(bytes, (array) => assert.deepEqual(Buffer.from(preprocess(array, {}, 'x')), Buffer.from(array))),
  );
});

test('preprocess: it fails exactly when a variable that was found inside a line is not defined', () => {
  const piece = fc.constantFrom('##A##', '##B##', '##C##', '\n', '#', '##', ' ', 'x');
  fc.assert(
    fc.property(fc.array(piece), fc.subarray(['A', 'B', 'C']), (pieces, defined) => {
      const text = pieces.join('');
      const defines = Object.fromEntries(defined.map((name) => [name, 'v']));
      const isComplete = findTemplateVariables(Buffer.from(text)).inline.every((name) => defined.includes(name));
      if (isComplete) assert.doesNotThrow(() => run(text, defines));
      else assert.throws(() => run(text, defines), /is not defined/);
    }),
  );
});

test('the variables of a template, by where they stand', () => {
  const text = '##NFS##mount ##SERVER##:/home\nsearch ##DOMAIN##\n##DOMAIN## too\n';
  assert.deepEqual(findTemplateVariables(Buffer.from(text)), {
    inline: ['DOMAIN', 'SERVER'],
    leading: ['DOMAIN', 'NFS'],
  });
});

test('the suffix goes, but never the whole name', () => {
  assert.equal(pathOnTarget('etc/motd.plprocess'), 'etc/motd');
  assert.equal(pathOnTarget('etc/.plprocess'), 'etc/.plprocess');
  assert.equal(pathOnTarget('.plprocess'), '.plprocess');
  assert.equal(pathOnTarget('etc/motd'), 'etc/motd');
  assert.equal(pathOnTarget('etc/motd.in', '.in'), 'etc/motd');
  assert.equal(pathOnTarget('etc/motd.plprocess', '.in'), 'etc/motd.plprocess');
  // No directory, and above all not the one above.
  for (const path of ['..plprocess', 'etc/..plprocess', 'etc/...plprocess']) assert.equal(pathOnTarget(path), path);
});
