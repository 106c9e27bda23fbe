// Operations that a token may be good for alone. In: nothing. Out: their descriptions, by name.
import { reportMachines } from './installed-machines.ts';

export const singleRights = { 'report-machines': reportMachines } as const;
export type SingleRight = keyof typeof singleRights;
export const singleRightNames = Object.keys(singleRights) as SingleRight[];
