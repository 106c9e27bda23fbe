// What a rehearsal found: phases with their seconds, expectations met or not. In: findings. Out: text and JSON.
import type { Report } from '../contract/report.ts';

/** From power-on (0) or from the phase before; `endSeconds` counts from the power-on of the installation. */
export type Phase = { readonly name: string; readonly seconds: number; readonly endSeconds: number };

export type Expectation = {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly found: string;
  /** The log that tells more. */
  readonly log: string;
};

export type Verdict = {
  readonly machine: string;
  readonly ok: boolean;
  readonly phases: readonly Phase[];
  /** Power-on to the reset after the installation, the figure to compare installers by. */
  readonly installSeconds: number | null;
  readonly expectations: readonly Expectation[];
  readonly reports: readonly Report[];
  readonly logs: readonly string[];
};

/** The verdict for a person. */
export function formatVerdict(verdict: Verdict): string {
  const width = Math.max(...verdict.phases.map(({ name }) => name.length), 0);
  const lines = [
    '',
    `Phases of ${verdict.machine}`,
    ...verdict.phases.map(
      ({ name, seconds, endSeconds }) =>
        `  ${name.padEnd(width)} ${seconds.toFixed(1).padStart(6)} s   at ${endSeconds.toFixed(1).padStart(6)} s`,
    ),
    ...(verdict.installSeconds === null ? [] : [`  power-on to reboot: ${verdict.installSeconds.toFixed(1)} s`]),
    '',
    'Expectations',
    ...verdict.expectations.flatMap(formatExpectation),
    '',
    verdict.ok
      ? `${verdict.machine}: as described.`
      : `${verdict.machine}: NOT as described; see the logs named above.`,
  ];
  return `${lines.join('\n')}\n`;
}

function formatExpectation({ name, ok, expected, found, log }: Expectation): string[] {
  if (ok) return [`  ok    ${name}: ${oneLine(found)}`];
  return [
    `  FAIL  ${name}`,
    `          expected: ${expected}`,
    `          found:    ${found}`,
    `          log:      ${log}`,
  ];
}

function oneLine(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' | ');
  return line.length <= 160 ? line : `${line.slice(0, 157)}...`;
}
