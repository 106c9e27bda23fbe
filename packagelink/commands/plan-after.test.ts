import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { AfterCommand, CommandSource, RunPlace } from '../package/after-command.ts';
import { asPending, planAfter, planPending } from './plan-after.ts';
import type { AfterInput } from './plan-after.ts';
import type { PendingCommand } from '../package/after-command.ts';

const command = (run: string, paths: string, more: Partial<AfterCommand> = {}): AfterCommand => {
  const [program = '', ...args] = run.split(' ');
  return { paths: [paths], run: [program, ...args], timeoutSeconds: 60, order: 50, in: ['system'], ...more };
};

const source = (name: string, ...commands: AfterCommand[]): CommandSource => ({ package: name, commands });
const changed = (...paths: string[]) => paths.map((path) => ({ path }));
const pending = (run: string, more: Partial<PendingCommand> = {}): PendingCommand => {
  const { run: argv, timeoutSeconds, order } = command(run, '**');
  return { argv, timeoutSeconds, order, packages: ['ssh'], paths: ['etc/old'], place: 'system', ...more };
};

const said = (input: Omit<AfterInput, 'place'> & { place?: RunPlace }) =>
  planAfter({ place: 'system', ...input }).commands.map(({ argv, why }) => `${argv.join(' ')}: ${why}`);

const reload = command('systemctl reload ssh', 'etc/ssh/**');

const cases: [name: string, input: Omit<AfterInput, 'place'> & { place?: RunPlace }, expected: string[]][] = [
  ['nothing changed', { sources: [source('ssh', reload)], changes: [] }, []],
  ['another path changed', { sources: [source('ssh', reload)], changes: changed('etc/motd', 'etc/ssh') }, []],
  [
    'several paths ask once',
    { sources: [source('ssh', reload)], changes: changed('etc/ssh/b', 'etc/ssh/a', 'etc/ssh/c') },
    ['systemctl reload ssh: /etc/ssh/a and 2 more changed (ssh)'],
  ],
  [
    'several packages ask once, for all their paths',
    {
      sources: [source('web', command('x y', 'b')), source('ssh', command('x y', 'a'))],
      changes: changed('a', 'b'),
    },
    ['x y: /a and 1 more changed (ssh, web)'],
  ],
  [
    'order, then package, then place in the file',
    {
      sources: [
        source('b', command('b1', '*'), command('b2', '*'), command('last', '*', { order: 90 })),
        source('a', command('a1', '*'), command('first', '*', { order: 10 })),
      ],
      changes: changed('p'),
    },
    ['first', 'a1', 'b1', 'b2', 'last'].map(
      (name) => `${name}: /p changed (${name === 'first' || name === 'a1' ? 'a' : 'b'})`,
    ),
  ],
  [
    'equal commands run at the first of their places',
    {
      sources: [
        source('a', command('mid', '*')),
        source('b', command('x', '*', { order: 90 }), command('x', '*', { order: 1 })),
      ],
      changes: changed('p'),
    },
    ['x: /p changed (b)', 'mid: /p changed (a)'],
  ],
  [
    'a package that is gone is asked once more',
    { sources: [], removed: [source('ssh', reload)], changes: changed('etc/ssh/gone') },
    ['systemctl reload ssh: /etc/ssh/gone changed (ssh)'],
  ],
  [
    'owed by an earlier run, although nothing changed',
    { sources: [source('ssh', reload)], changes: [], pending: [pending('systemctl reload ssh')] },
    ['systemctl reload ssh: /etc/old changed (ssh; owed by an earlier run)'],
  ],
  [
    'owed, and changed again',
    { sources: [source('ssh', reload)], changes: changed('etc/ssh/a'), pending: [pending('systemctl reload ssh')] },
    ['systemctl reload ssh: /etc/old and 1 more changed (ssh; owed by an earlier run)'],
  ],
  [
    'owed, but the package has mended it',
    { sources: [source('ssh', reload)], changes: [], pending: [pending('oops')] },
    [],
  ],
  [
    'owed by a package that is gone',
    { sources: [], changes: [], pending: [pending('systemctl reload ssh')] },
    ['systemctl reload ssh: /etc/old changed (ssh; owed by an earlier run)'],
  ],
  [
    'in a chroot only what says so',
    {
      place: 'chroot',
      sources: [
        source(
          'a',
          command('x', '*'),
          command('y', '*', { in: ['system', 'chroot'] }),
          command('z', '*', { in: ['install'] }),
        ),
      ],
      changes: changed('p'),
      pending: [pending('systemctl reload ssh')],
    },
    ['y: /p changed (a)'],
  ],
];

for (const [name, input, expected] of cases) test(name, () => assert.deepEqual(said(input), expected));

test('what may not run here is named once', () => {
  const sources = [
    source('a', command('x', '*'), command('y', '*', { in: ['chroot'] })),
    source('b', command('x', '*')),
  ];
  assert.deepEqual(planAfter({ place: 'chroot', sources, changes: changed('p') }).elsewhere, [['x']]);
});

test('the longest time limit holds', () => {
  const sources = [source('a', command('x', '*', { timeoutSeconds: 5 }), command('x', '*', { timeoutSeconds: 70 }))];
  assert.equal(planAfter({ place: 'system', sources, changes: changed('p') }).commands[0]?.timeoutSeconds, 70);
});

test('a long path is cut in what reports say', () => {
  const [text = ''] = said({ sources: [source('a', command('x', '**'))], changes: changed(`etc/${'n'.repeat(3000)}`) });
  assert(text.length < 300, text);
});

test('what failed is owed, unless its package is gone; what waits for another place goes on waiting', () => {
  const input: AfterInput = {
    place: 'system',
    sources: [source('ssh', reload)],
    removed: [source('old', command('old tool', 'etc/**'))],
    changes: changed('etc/ssh/a'),
    pending: [pending('other', { place: 'chroot' })],
  };
  const { commands } = planAfter(input);
  assert.deepEqual(
    planPending(input, commands).map(({ argv }) => argv.join(' ')),
    ['systemctl reload ssh', 'other'],
  );
});

const name = fc.constantFrom('a', 'b', 'c', 'd');
const anyCommand = fc.record({
  paths: fc.array(fc.constantFrom('*', '**', 'a/*', 'b'), { minLength: 1, maxLength: 2 }),
  run: fc.constantFrom(['x'], ['x', '1'], ['y'], ['z']),
  timeoutSeconds: fc.integer({ min: 1, max: 9 }),
  order: fc.integer({ min: 0, max: 3 }),
  in: fc.uniqueArray(fc.constantFrom<RunPlace>('system', 'install', 'chroot'), { minLength: 1 }),
});
const anySources = fc.uniqueArray(fc.record({ package: name, commands: fc.array(anyCommand, { maxLength: 4 }) }), {
  selector: (each) => each.package,
});
const anyChanges = fc.uniqueArray(fc.constantFrom('a', 'b', 'a/x', 'a/y/z', 'c'), { maxLength: 4 });

test('each command once, exactly those that are asked for, in an order that nothing else decides', () => {
  fc.assert(
    fc.property(
      anySources,
      anyChanges,
      fc.constantFrom<RunPlace>('system', 'install', 'chroot'),
      (sources, paths, place) => {
        const input = { sources, changes: changed(...paths), place };
        const { commands } = planAfter(input);
        const keys = commands.map(({ argv }) => JSON.stringify(argv));
        assert.equal(new Set(keys).size, keys.length);
        for (const { packages, paths: asked } of commands) assert(packages.length > 0 && asked.length > 0);
        assert.deepEqual(
          commands.map(({ order }) => order),
          commands.map(({ order }) => order).toSorted((left, right) => left - right),
        );
        const shuffled = { ...input, sources: sources.toReversed(), changes: input.changes.toReversed() };
        assert.deepEqual(planAfter(shuffled).commands, commands);
        // What was cut off before the first command is owed in the same order, and nothing else.
        const owed = planAfter({ ...input, changes: [], pending: commands.map(asPending) }).commands;
        assert.deepEqual(new Set(owed.map(({ argv }) => JSON.stringify(argv))), new Set(keys));
        assert.deepEqual(planPending(input, []), []);
      },
    ),
  );
});
