// Connections that GRUB leaves open. In: an exchange. Out: nothing. Never: cuts off what is still being sent.
import type { Request, Response } from 'express';

/** What is sent is a script of one packet or two; a machine that has not taken it by then will not. */
const GRACE_MS = 1000;

/**
 * GRUB does not close the connection of a script that starts a system, and every start uses port 21550 again. A machine
 * that is switched off and on would find the old connection still closing here, and wait 16 s in vain for its script. So
 * the connection is forgotten, which takes a reset: a close waits for an answer. For scripts only: files are closed.
 */
export function resetAfterGrub(request: Request, response: Response): void {
  if (request.get('user-agent')?.startsWith('GRUB ') !== true) return;
  response.once('finish', () => {
    setTimeout(() => request.socket.resetAndDestroy(), GRACE_MS).unref();
  });
}
