// What a host's candidates are. In: the flags of each. Out: counts; none of them hides another. Never: I/O.
import type { z } from 'zod';
import type { candidateCountsSchema } from '../../contract/fleet/api/outdated.ts';
import { flagsOf } from './find-named-items.ts';

export type CandidateCounts = z.output<typeof candidateCountsSchema>;
export type CandidateKind = Exclude<keyof CandidateCounts, 'all'>;

const flagOfKind = { security: 'security', held: 'held', keptBack: 'kept-back', phased: 'phased' } as const;
/** With one of these, an upgrade would not bring it now. */
const hindrances = ['held', 'kept-back', 'phased'];

/** @param flags of one candidate, as the store has them */
export function isOfKind(flags: string, kind: CandidateKind): boolean {
  const words = flagsOf(flags);
  return kind === 'ready' ? !hindrances.some((word) => words.includes(word)) : words.includes(flagOfKind[kind]);
}

export function countCandidates(candidates: readonly string[]): CandidateCounts {
  const of = (kind: CandidateKind): number => candidates.filter((flags) => isOfKind(flags, kind)).length;
  return {
    all: candidates.length,
    ready: of('ready'),
    security: of('security'),
    held: of('held'),
    keptBack: of('keptBack'),
    phased: of('phased'),
  };
}
