import type { DatabaseStatus, Health, StateStatus } from '../contract/health.ts';

/** What anybody may know of the server, without what is wrong with the text of the database or with the state. */
export function describeHealth(
  { fault, ...database }: DatabaseStatus,
  { fault: trouble, ...state }: StateStatus,
): Health {
  return {
    status: fault === null && trouble === null ? 'ok' : 'degraded',
    database: { ...database, sound: fault === null },
    state: { ...state, sound: trouble === null },
  };
}
