import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMachdb } from '../machdb/check.ts';
import { parseMachdb } from '../machdb/parse.ts';
import { siteChecks } from './site-checks.ts';

test('a package that is missing is said once, at the line that names it', () => {
  const text =
    'base:\nPACKAGES=tool tex\nPACKAGES+=gone\na: base\nIP=10.0.0.1\nPACKAGES+=bash\nPACKAGES-=gone2\n' +
    'b: base\nIP=10.0.0.2\nPACKAGES-=tex\nEXTRA=left\nc: base\nIP=10.0.0.3\nEXTRA=left\nPACKAGES+=${EXTRA}\n';
  const db = parseMachdb([{ path: 'a.db', text }]);
  const faults = checkMachdb(db, siteChecks(new Set(['tool', 'tex', 'bash'])), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message}`),
    [
      "3: PACKAGES names 'gone', but the site has no packages/gone",
      "15: PACKAGES names 'left', but the site has no packages/left",
    ],
  );
});

test('PARTITION is checked by the conventions of its OS', () => {
  const partition = 'PARTITION=c0t3d0: (a 500 ufs /) (b 500 swap /tmp)';
  const text = `a:\nIP=10.0.0.1\nOS=solaris\n${partition}\nb:\nIP=10.0.0.2\nOS=debian\n${partition}\n`;
  const faults = checkMachdb(parseMachdb([{ path: 'a.db', text }]), siteChecks(new Set()), { warnings: false });
  assert.deepEqual(
    faults.map(({ line, message }) => `${line}: ${message.split(';')[0]}`),
    ["8: file system 'ufs' is unknown on linux"],
  );
});
