// `gutinteg fleet undo`: from the number of a job to one that takes it back, planned and approved as any other. In: a number, options.
// Out: a job, text, an exit code. Never: lets the warning of the packages' own scripts go by unseen.
import { undoJob } from '../../../contract/fleet/api/jobs.ts';
import { connect } from '../fleet-options.ts';
import { planAndSettle } from './make-change.ts';
import type { MakeChangeOptions } from './make-change.ts';

export type UndoOptions = MakeChangeOptions;

export async function undo(id: number, options: UndoOptions): Promise<void> {
  const client = await connect(options);
  const { job, warnings } = await client.ask(undoJob, { job: id });
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  await planAndSettle(client, job, options);
}
