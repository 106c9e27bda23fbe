// One question for each of several hosts. In: hosts, what is done with one. Out: a line for each, and the exit code of a failure.
// One that cannot be changed does not keep the others waiting.

/** @param change what is said behind the host's name */
export async function askForEach(hosts: readonly string[], change: (host: string) => Promise<string>): Promise<void> {
  const { print } = await import('./output/print.ts');
  const { describeWithHint, UserError } = await import('../../lib/errors.ts');
  const { harmlessLines } = await import('../../lib/harmless-text.ts');
  for (const host of hosts) {
    try {
      print([`${host} ${await change(host)}`]);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      process.stderr.write(harmlessLines(`${host}: ${describeWithHint(error)}\n`));
      process.exitCode = error.exitCode;
    }
  }
}
