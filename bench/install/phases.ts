// What an installation's console and its end say, as phases of both installers. In: marks. Out: figures, text. Pure.

export const PHASES = [
  'firmware, boot loader',
  'kernel, ramdisk',
  'drivers, network',
  'program starts',
  'disks until mounted',
  'files',
  'boot loader',
  'sync, unmount, reset',
] as const;

export type Installer = 'ours' | 'shell';

/** The line that ends each phase but the last, which the reset ends. */
const ENDS: { readonly [Who in Installer]: readonly RegExp[] } = {
  ours: [
    /^gutinteg: installing /,
    /^gutinteg: \[[\d.]+s\] Linux /,
    /^gutinteg: \[[\d.]+s\] starting the installer/,
    /^\[ *\d+\.\d\] /,
    /^\[ *\d+\.\d\] files: /,
    /^\[ *\d+\.\d\] files: done/,
    /^\[ *\d+\.\d\] finish: /,
  ],
  shell: [
    /^gutinteg: installing /,
    /^shell: \[[\d.]+s\] Linux /,
    /^shell: \[[\d.]+s\] disk/,
    /^shell: \[[\d.]+s\] disk/,
    /^shell: \[[\d.]+s\] files/,
    /^shell: \[[\d.]+s\] boot loader/,
    /^shell: \[[\d.]+s\] finish/,
  ],
};

/** Since power-on; `cpu` is of the virtual machine's process, which other work on the computer hardly changes. */
export type Seconds = { readonly wall: number; readonly cpu: number };

/** Notes when each phase ends. Lines may come in any order; only the first one of a kind counts. */
export function followPhases(installer: Installer, now: () => Seconds) {
  const ends: (Seconds | undefined)[] = PHASES.map(() => undefined);
  const note = (index: number): void => void (ends[index] ??= now());
  return {
    line: (text: string): void => {
      for (const [index, pattern] of ENDS[installer].entries()) if (pattern.test(text)) note(index);
    },
    reset: (): void => note(PHASES.length - 1),
    /** Seconds of each phase. @throws Error for a phase whose end was not seen */
    seconds: (): Seconds[] =>
      ends.map((end, index) => {
        if (end === undefined) throw new Error(`the end of '${PHASES[index]}' of ${installer} was not seen`);
        const before = ends[index - 1] ?? { wall: 0, cpu: 0 };
        return { wall: end.wall - before.wall, cpu: end.cpu - before.cpu };
      }),
  };
}

const median = (values: readonly number[]): number => {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
};

export type InstallRun = { readonly installer: Installer; readonly phases: readonly Seconds[] };

const total = ({ phases }: InstallRun): Seconds => ({
  wall: phases.reduce((sum, { wall }) => sum + wall, 0),
  cpu: phases.reduce((sum, { cpu }) => sum + cpu, 0),
});

/** The medians of each phase and of whole installations, and ours as a share of the shell's. */
export function summarize(runs: readonly InstallRun[]) {
  const of = (installer: Installer): readonly InstallRun[] => runs.filter((run) => run.installer === installer);
  const row = (name: string, figure: (run: InstallRun) => Seconds) => {
    const both = (['ours', 'shell'] as const).map((installer) => ({
      wall: median(of(installer).map((run) => figure(run).wall)),
      cpu: median(of(installer).map((run) => figure(run).cpu)),
    }));
    const [ours = { wall: 0, cpu: 0 }, shell = { wall: 0, cpu: 0 }] = both;
    return { name, ours, shell };
  };
  const phases = PHASES.map((name, index) => row(name, (run) => run.phases[index] ?? { wall: 0, cpu: 0 }));
  const whole = row('power-on to reset', total);
  return {
    phases,
    whole,
    ratio: { wall: whole.ours.wall / whole.shell.wall, cpu: whole.ours.cpu / whole.shell.cpu },
  };
}

/** One run in a line: the whole, and each phase in order, with its processor time. */
export function formatRun(run: InstallRun): string {
  const pair = ({ wall, cpu }: Seconds): string => `${wall.toFixed(1)} s (CPU ${cpu.toFixed(1)})`;
  return `${run.installer}: ${pair(total(run))} = ${run.phases.map(pair).join(' + ')}`;
}

/** A table for people. */
export function formatSummary({ phases, whole, ratio }: ReturnType<typeof summarize>): string {
  // Of an installer that has not run there is nothing.
  const cell = (seconds: number): string => (Number.isNaN(seconds) ? '-' : seconds.toFixed(1)).padStart(10);
  const line = ({ name, ours, shell }: (typeof phases)[number]): string =>
    `${name.padEnd(24)}${[ours.wall, shell.wall, ours.cpu, shell.cpu].map(cell).join('')}`;
  const head = ['ours', 'shell', 'ours CPU', 'shell CPU'].map((word) => word.padStart(10)).join('');
  return [
    `${'seconds, medians'.padEnd(24)}${head}`,
    ...[...phases, whole].map(line),
    ...(Number.isNaN(ratio.wall)
      ? []
      : [`ours / shell: ${ratio.wall.toFixed(2)} of the time, ${ratio.cpu.toFixed(2)} of the CPU`]),
    '',
  ].join('\n');
}
