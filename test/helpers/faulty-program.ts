// A program that takes one JSON line for each run, and may be killed in one. In: its arguments, runs. Out: how each ended.
// Never: waits for a process that is gone.
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';

const node = join(import.meta.dirname, '../../bin/node');

/** How a run ended, and how many calls that change something it made. */
export type Outcome = { readonly errors?: string[]; readonly thrown?: string; readonly calls: number };

/** Keeps its process from run to run; after one that killed it, the next run starts another one. */
export class FaultyProgram<Run extends object, Result extends object = Outcome> {
  readonly #argv: readonly [string, ...string[]];
  #child: ChildProcessWithoutNullStreams | undefined;
  #reader: { readonly child: ChildProcessWithoutNullStreams; readonly lines: Interface } | undefined;

  /** `program` is the name of a file beside this one; `under` is what starts it, such as strace. */
  constructor(program: string, words: readonly string[] = [], under: readonly string[] = []) {
    const [file, ...argv] = [...under, node, '--disable-warning=ExperimentalWarning'];
    this.#argv = [file ?? node, ...argv, join(import.meta.dirname, program), ...words];
  }

  #lines(child: ChildProcessWithoutNullStreams): Interface {
    if (this.#reader?.child !== child) this.#reader = { child, lines: createInterface(child.stdout) };
    return this.#reader.lines;
  }

  /** One run; undefined when it did not live to say how it went. */
  async run(wanted: Run): Promise<Result | undefined> {
    const [file, ...argv] = this.#argv;
    const child = (this.#child ??= spawn(file, argv));
    child.stdin.write(`${JSON.stringify(wanted)}\n`);
    const done = new AbortController();
    const { signal } = done;
    const line = once(this.#lines(child), 'line', { signal }).then(([text]) => JSON.parse(String(text)) as Result);
    const ended = once(child, 'close', { signal }).then(() => undefined);
    const outcome = await Promise.race([line, ended]);
    done.abort();
    await Promise.allSettled([line, ended]);
    if (outcome === undefined) this.#child = undefined;
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const closed = once(child, 'close');
    child.stdin.end();
    await closed;
  }
}
