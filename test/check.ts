// npm run check: format, lint, types, import rules, dead code, unit tests. Side by side, each one's output whole.
import { cpus } from 'node:os';
import { execa } from 'execa';

const UNIT_TESTS = 'unit tests';

const bin = (name: string): string => new URL(`../node_modules/.bin/${name}`, import.meta.url).pathname;

const checks: readonly { readonly name: string; readonly argv: readonly [string, ...string[]] }[] = [
  { name: UNIT_TESTS, argv: [process.execPath, ...nodeTestFlags(), ...unitTestGlobs()] },
  { name: 'types', argv: [bin('tsc')] },
  { name: 'lint', argv: [bin('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'import rules', argv: [bin('depcruise'), '--config', '.dependency-cruiser.mjs', ...sourceFolders()] },
  { name: 'dead code', argv: [bin('knip')] },
  { name: 'format', argv: [bin('oxfmt'), '--check', '.'] },
];

function nodeTestFlags(): string[] {
  return [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=dot',
    `--test-concurrency=${cpus().length}`,
  ];
}

function sourceFolders(): string[] {
  return 'bin bench contract fleet fleet-agent installer lib machdb netboot network-specs os-images package-systems packagelink partition-specs rehearse service site update-cluster test'.split(
    ' ',
  );
}

/** Where unit tests lie: beside the code. */
export function unitTestGlobs(): string[] {
  return sourceFolders()
    .filter((folder) => folder !== 'test' && folder !== 'bench')
    .map((folder) => `${folder}/**/*.test.ts`);
}

/** Runs every check, the unit tests among them unless they are left out; true when all passed. */
export async function runChecks(options: { unitTests: boolean } = { unitTests: true }): Promise<boolean> {
  const path = `${new URL('.', `file://${process.execPath}`).pathname}:${process.env['PATH'] ?? ''}`;
  const queue = checks.filter(({ name }) => options.unitTests || name !== UNIT_TESTS);
  let passed = true;
  const worker = async (): Promise<void> => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const [file, ...args] = check.argv;
      const started = performance.now();
      const result = await execa(file, args, { reject: false, all: true, env: { PATH: path }, stdin: 'ignore' });
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const ok = result.exitCode === 0;
      passed &&= ok;
      process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${check.name} (${seconds} s)\n${ok ? '' : `${result.all}\n`}`);
    }
  };
  await Promise.all(Array.from({ length: cpus().length }, worker));
  return passed;
}

if (import.meta.main && !(await runChecks())) process.exitCode = 1;
