// What a kind of action may ask of this host. In: the executor's context. Out: questions, places. Never: a way to change anything.
import { ask } from '../../package-systems/ask.ts';
import type { ExecutorContext } from './executor-context.ts';
import type { KindHost } from './order-plan.ts';

export const kindHost = ({ system, host, paths, files }: ExecutorContext): KindHost => ({
  system,
  ask: (question) => ask(question, host),
  stage: files.stage,
  scriptFile: paths.script,
  keptFile: paths.kept,
  keptProgram: paths.program,
});
