import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureLines } from './failure-lines.ts';

const cases: readonly (readonly [what: string, output: string, lines: readonly string[]])[] = [
  ['none', 'Dependencies resolved.\nComplete!\n', []],
  [
    'an error and what is indented below it',
    'Running transaction test\nError: Transaction test error:\n  installing package lab-1 needs 1MB more\nlast\n',
    ['Error: Transaction test error:', 'installing package lab-1 needs 1MB more'],
  ],
  [
    'a command of a plugin that is not installed',
    `No such command: versionlock. Please use /usr/bin/dnf --help
It could be a DNF plugin command, try: "dnf install 'dnf-command(versionlock)'"
`,
    [
      'No such command: versionlock. Please use /usr/bin/dnf --help',
      `It could be a DNF plugin command, try: "dnf install 'dnf-command(versionlock)'"`,
    ],
  ],
];

for (const [what, output, lines] of cases) test(what, () => assert.deepEqual(failureLines(output), lines));
