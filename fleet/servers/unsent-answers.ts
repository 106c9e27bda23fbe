// Answers with parts of files that their readers have not taken yet: each is held in memory, and a slow reader takes its time. In: an answer.
// Out: whether there is room for it. Never: waits.
import type { ServerResponse } from 'node:http';

/** Of 1.4 MB each. */
const MAX_UNSENT = 48;

export type UnsentAnswers = (response: ServerResponse) => boolean;

export function createUnsentAnswers(most = MAX_UNSENT): UnsentAnswers {
  let unsent = 0;
  return (response) => {
    if (unsent >= most) return false;
    unsent += 1;
    response.once('close', () => {
      unsent -= 1;
    });
    return true;
  };
}
