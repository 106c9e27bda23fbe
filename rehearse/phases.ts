// Turns what was seen, with its time, into phases. In: marks. Out: phases in order. Pure.
import type { StatusAnswer } from '../contract/control.ts';
import type { Phase } from './verdict.ts';

/** Something that was seen `atSeconds` after power-on, and the name of the phase that ended with it. */
export type Mark = {
  readonly ends: string;
  readonly atSeconds: number;
  /** How long it took by its own clock; otherwise it lasted since the mark before. */
  readonly seconds?: number;
};

/** Phases between marks, which may come in any order. */
export function phasesOf(marks: readonly Mark[]): Phase[] {
  const sorted = marks.toSorted((left, right) => left.atSeconds - right.atSeconds);
  return sorted.map(({ ends, atSeconds, seconds }, index) => ({
    name: ends,
    seconds: round(seconds ?? atSeconds - (sorted[index - 1]?.atSeconds ?? 0)),
    endSeconds: round(atSeconds),
  }));
}

/** What the server's timeline says of the way from the first packet to the installer's last step. */
export function marksOfTimeline(timeline: StatusAnswer['timeline'], powerOnMs: number): Mark[] {
  const seconds = (atMs: number): number => (atMs - powerOnMs) / 1000;
  const first = (matches: (entry: StatusAnswer['timeline'][number]) => boolean): number | undefined =>
    timeline.find((entry) => entry.atMs >= powerOnMs && matches(entry))?.atMs;
  const points: readonly (readonly [string, number | undefined])[] = [
    ['firmware', first(({ source }) => source === 'dhcp')],
    ['DHCP', first(({ source }) => source === 'tftp')],
    ['boot loaders, boot script', first(({ source, text }) => source === 'http' && /kernel|vmlinuz/.test(text))],
    ['kernel, drivers, network', first(({ text }) => text.includes('the installer runs'))],
  ];
  return [
    ...points.flatMap(([ends, atMs]) => (atMs === undefined ? [] : [{ ends, atSeconds: seconds(atMs) }])),
    ...timeline.flatMap(({ key, text, atMs }): Mark[] => {
      const step = /^finish (.+)$/.exec(key)?.[1];
      if (step === undefined || atMs < powerOnMs) return [];
      // Several events arrive together; the installer's own seconds say how long each step took.
      const own = /done in ([\d.]+) s$/.exec(text)?.[1];
      const mark = { ends: `installer: ${step}`, atSeconds: seconds(atMs) };
      return [own === undefined ? mark : { ...mark, seconds: Number(own) }];
    }),
  ];
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
