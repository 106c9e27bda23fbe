import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followPhases, formatRun, formatSummary, PHASES, summarize } from './phases.ts';
import type { Installer } from './phases.ts';

const CONSOLES: { readonly [Who in Installer]: readonly string[] } = {
  ours: [
    'gutinteg: installing lab01, attempt 1 of 3',
    'gutinteg: [7.03s] Linux 6.1.0-57-amd64, 2 CPUs, 980 MiB of memory',
    'gutinteg: [9.50s] starting the installer',
    '[   12.291000] EXT4-fs (vda2): a line of the kernel',
    '[  12.3] look-up: 52:54:00:77:00:01 at http://10.77.0.1:8080',
    '[  12.9] look-up: done in 0.6 s',
    '[  18.1] files: image debian-12-amd64, then base',
    '[  18.2] files: 1 % 6 MiB of 597 MiB',
    '[  44.0] files: done in 25.9 s',
    '[  49.0] finish: what the nightly run needs to know (step 1 of 3)',
  ],
  shell: [
    'gutinteg: installing lab01, attempt 1 of 3',
    'shell: [7.03s] Linux 6.1.0-57-amd64',
    'shell: [8.35s] disk',
    'shell: [9.24s] files',
    'shell: [34.61s] boot loader',
    'shell: [39.05s] finish',
  ],
};

function follow(installer: Installer, lines: readonly string[]) {
  let clock = 0;
  const phases = followPhases(installer, () => ({ wall: clock, cpu: clock * 2 }));
  for (const line of lines) {
    clock += 1;
    phases.line(line);
  }
  clock += 1;
  phases.reset();
  return phases.seconds();
}

test('the phases of both installers add up to the time of the reset', () => {
  for (const installer of ['ours', 'shell'] as const) {
    const seconds = follow(installer, CONSOLES[installer]);
    const whole = CONSOLES[installer].length + 1;
    assert.equal(seconds.length, PHASES.length);
    assert.equal(
      seconds.reduce((sum, { wall }) => sum + wall, 0),
      whole,
    );
    assert.equal(
      seconds.reduce((sum, { cpu }) => sum + cpu, 0),
      whole * 2,
    );
    assert(seconds.every(({ wall }) => wall >= 0));
  }
  assert.equal(follow('shell', CONSOLES.shell)[PHASES.indexOf('program starts')]?.wall, 0);
});

test('an end that was not seen is named', () => {
  const lines = CONSOLES.ours.filter((line) => !line.includes('finish'));
  assert.throws(() => follow('ours', lines), /the end of 'boot loader' of ours was not seen/);
});

test('medians of an even and an odd number of runs, and their ratio', () => {
  const run = (installer: Installer, wall: number) => {
    return { installer, phases: PHASES.map(() => ({ wall, cpu: wall })) };
  };
  const summary = summarize([run('ours', 1), run('ours', 9), run('ours', 3), run('shell', 2), run('shell', 4)]);
  assert.equal(summary.phases[0]?.ours.wall, 3);
  assert.equal(summary.phases[0]?.shell.wall, 3);
  assert.equal(summary.ratio.wall, 1);
  assert.match(formatSummary(summary), /power-on to reset +24\.0 +24\.0/);
});

test('one installer alone has no ratio', () => {
  const run = { installer: 'shell' as const, phases: PHASES.map(() => ({ wall: 1, cpu: 2 })) };
  const text = formatSummary(summarize([run]));
  assert.match(text, /power-on to reset +- +8\.0 +- +16\.0\n$/);
  assert.equal(formatRun(run), `shell: 8.0 s (CPU 16.0) = ${PHASES.map(() => '1.0 s (CPU 2.0)').join(' + ')}`);
});
