// What the talker is told of orders: a file for each, which belongs to its user. In: reports. Out: files. Never: a report that others
// can read, or more than a few of orders that nobody waits for any more: a server that was set back asks for those again.
import { chownSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cutText } from '../../lib/cut-text.ts';
import type { OrderResult, OrderProgress } from '../../contract/fleet/jobs/order-report.ts';
import { ORDER_NAME } from '../orders/order-places.ts';
import { orderReportSchema } from '../orders/order-report.ts';
import type { OrderReport } from '../orders/order-report.ts';
import { readFileIfThere, replaceFile } from '../state/replace-file.ts';

type Owner = { readonly uid: number; readonly gid: number };

export type ReportFiles = {
  readonly isEnded: (name: string) => boolean;
  readonly progress: (name: string, progress: OrderProgress) => void;
  readonly end: (name: string, result: OrderResult) => void;
  /** Those of orders that are neither laid down nor taken, but for the last results. */
  readonly dropOthers: (names: ReadonlySet<string>) => void;
};

const KEPT_RESULTS = 20;

/** @param owner the talker's user; systemd may have given it another number since the last report */
export function openReports(directory: string, owner: Owner | undefined): ReportFiles {
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const pathOf = (name: string): string => join(directory, `${name}.json`);
  const names = (): string[] =>
    readdirSync(directory).flatMap((file) => (isReport(file) ? [file.replace(/\.json$/, '')] : []));
  if (owner !== undefined) for (const name of names()) chownSync(pathOf(name), owner.uid, owner.gid);
  const read = (name: string): OrderReport | undefined => parse(readFileIfThere(pathOf(name))?.toString());
  const write = (name: string, report: OrderReport): void =>
    replaceFile(pathOf(name), JSON.stringify(report), { mode: 0o400, owner });
  return {
    isEnded: (name) => read(name)?.state === 'ended',
    progress: (name, { step, text }) => write(name, { state: 'open', progress: { step, text: cutText(text, 500) } }),
    end: (name, result) => write(name, { state: 'ended', result: bound(result) }),
    dropOthers: (wanted) => {
      const others = names().filter((name) => !wanted.has(name));
      const results = others.filter((name) => hasBegun(read(name)));
      const kept = new Set(newestFirst(results, pathOf).slice(0, KEPT_RESULTS));
      for (const name of others) if (!kept.has(name)) rmSync(pathOf(name), { force: true });
    },
  };
}

/** It has ended, and is not done twice. What was refused has changed nothing, and is judged anew. */
const hasBegun = (report: OrderReport | undefined): boolean =>
  report?.state === 'ended' && report.result.outcome !== 'refused' && report.result.outcome !== 'missed';

const newestFirst = (names: readonly string[], pathOf: (name: string) => string): string[] =>
  names
    .map((name) => ({ name, at: statSync(pathOf(name)).mtimeMs }))
    .toSorted((left, right) => right.at - left.at)
    .map(({ name }) => name);

/** Not one that a crash has left under its other name. */
const isReport = (file: string): boolean => file.endsWith('.json') && ORDER_NAME.test(file.slice(0, -'.json'.length));

function parse(text: string | undefined): OrderReport | undefined {
  try {
    return orderReportSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** As much as the contract takes. */
const bound = (result: OrderResult): OrderResult => ({
  ...result,
  text: cutText(result.text, 4000),
  changes: result.changes.slice(0, 10_000),
  keptConfiguration: result.keptConfiguration.slice(0, 200),
});
