import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { EditPlan } from './draft.ts';
import { parseSettings } from './parse-arguments.ts';
import { planAdd } from './plan-add.ts';
import { planSet, planUnset } from './plan-set.ts';
import { renderDiff } from './render-diff.ts';

const long = `m:\n${Array.from({ length: 20 }, (_, index) => ` V${index}=${index}\n`).join('')}`;

suite('unified diff', () => {
  const table: [
    what: string,
    text: string | undefined,
    plan: (files: { path: string; text: string | undefined }[]) => EditPlan,
    diff: string,
  ][] = [
    ['nothing', 'm:\nA=1\n', (files) => planSet(files, 'm', parseSettings(['A=1'])), ''],
    [
      'one line with its context',
      long,
      (files) => planSet(files, 'm', parseSettings(['V9=x'])),
      '--- x.db\n+++ x.db\n@@ -8,7 +8,7 @@\n  V6=6\n  V7=7\n  V8=8\n- V9=9\n+ V9=x\n  V10=10\n  V11=11\n  V12=12\n',
    ],
    [
      'two hunks, the second moved',
      long,
      (files) => planUnset(files, 'm', ['V0', 'V9']),
      '--- x.db\n+++ x.db\n@@ -1,5 +1,4 @@\n m:\n- V0=0\n  V1=1\n  V2=2\n  V3=3\n' +
        '@@ -8,7 +7,6 @@\n  V6=6\n  V7=7\n  V8=8\n- V9=9\n  V10=10\n  V11=11\n  V12=12\n',
    ],
    [
      'neighbouring changes share a hunk',
      'm:\n A=1\n B=2\n C=3\n',
      (files) => planSet(files, 'm', parseSettings(['A=x', 'C=y', 'D=z'])),
      '--- x.db\n+++ x.db\n@@ -1,4 +1,5 @@\n m:\n- A=1\n+ A=x\n  B=2\n- C=3\n+ C=y\n+ D=z\n',
    ],
    [
      'no newline at the end',
      'm:\n A=1',
      (files) => planSet(files, 'm', parseSettings(['B=2'])),
      '--- x.db\n+++ x.db\n@@ -1,2 +1,3 @@\n m:\n- A=1\n\\ No newline at end of file\n+ A=1\n+ B=2\n\\ No newline at end of file\n',
    ],
    [
      'a new file',
      undefined,
      (files) => planAdd(files, { name: 'm', parents: [], file: 'x.db', settings: parseSettings(['A=1']) }),
      '--- /dev/null\n+++ x.db\n@@ -0,0 +1,2 @@\n+m:\n+    A=1\n',
    ],
    [
      'secrets are hidden',
      'm:\n A_SECRET=1\n',
      (files) => planUnset(files, 'm', ['A_SECRET']),
      '--- x.db\n+++ x.db\n@@ -1,2 +1,1 @@\n m:\n- A_SECRET=(hidden)\n',
    ],
  ];
  for (const [what, text, plan, diff] of table) {
    test(what, () => assert.equal(renderDiff(plan([{ path: 'x.db', text }])), diff));
  }
});
