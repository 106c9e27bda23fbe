// What the talker is told of orders: a file for each, which belongs to its user. In: reports. Out: files. Never: a report that others
// can read, or one of an order that nobody waits for any more.
import { chownSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
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
  /** Those of orders that are neither laid down nor taken. */
  readonly dropOthers: (names: ReadonlySet<string>) => void;
};

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
      for (const name of names()) if (!wanted.has(name)) rmSync(pathOf(name), { force: true });
    },
  };
}

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
