// An order on its way to the executor and back. In: a task, the directories between the talker and the executor. Out: what is to be done
// next. Never: judges an order; whether it is signed, and for this host, is the executor's question.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { orderProgressSchema } from '../../contract/fleet/jobs/order-report.ts';
import type { OrderProgress, OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import type { Task } from '../../contract/fleet/tasks.ts';
import { whenMissing, whenRefused } from '../../lib/when-missing.ts';
import { ORDER_NAME, nameOfOrder } from '../orders/order-places.ts';
import type { OrderPlaces } from '../orders/order-places.ts';
import { orderReportSchema } from '../orders/order-report.ts';
import type { OrderReport } from '../orders/order-report.ts';
import { dropNumbered, putNumbered, readNumberedOne } from '../state/numbered-files.ts';
import { readFileIfThere, replaceFile } from '../state/replace-file.ts';
import type { StatePaths } from '../state/state-paths.ts';

export type OrderTask = Extract<Task, { kind: 'order' }>;

export type OrderNews =
  | { readonly kind: 'none' }
  /** It is not with the executor yet. */
  | { readonly kind: 'new' }
  /** Nobody on this host would take it. */
  | { readonly kind: 'not-accepted' }
  | { readonly kind: 'progress'; readonly progress: OrderProgress }
  | { readonly kind: 'ended'; readonly result: OrderResult };

type Places = { readonly paths: StatePaths; readonly orders: OrderPlaces };

const toldSchema = z.object({ seq: z.int(), progress: orderProgressSchema });

export function newsOfOrder({ paths, orders }: Places, task: OrderTask): OrderNews {
  const report = readReport(orders, task);
  if (report?.state === 'ended') return { kind: 'ended', result: report.result };
  const isBegun = report !== undefined && report.progress.step !== 'waiting';
  if (!isBegun && !existsSync(orders.trustFile)) return { kind: 'not-accepted' };
  const told = readNumberedOne(paths.told, task.seq, toldSchema)?.progress;
  if (report !== undefined) {
    const { progress } = report;
    const isTold = told !== undefined && told.step === progress.step && told.text === progress.text;
    return isTold ? { kind: 'none' } : { kind: 'progress', progress };
  }
  return existsSync(fileOf(paths, task)) ? { kind: 'none' } : { kind: 'new' };
}

/** Names of those that are with the executor. */
export function listOrders({ orders }: StatePaths): string[] {
  try {
    return readdirSync(orders).filter((name) => ORDER_NAME.test(name.replace(/\.json$/, '')));
  } catch (error) {
    return whenMissing<string[]>([])(error);
  }
}

/** Whoever reads the directory sees the file whole. */
export function handOver(paths: StatePaths, task: OrderTask): void {
  mkdirSync(paths.orders, { recursive: true, mode: 0o700 });
  replaceFile(fileOf(paths, task), JSON.stringify(task.order));
}

export function noteTold(paths: StatePaths, { seq }: OrderTask, progress: OrderProgress): void {
  const told: z.infer<typeof toldSchema> = { seq, progress };
  putNumbered(paths.told, told);
}

/** The server has its result, or will have it. */
export function forgetOrder(paths: StatePaths, task: OrderTask): void {
  rmSync(fileOf(paths, task), { force: true });
  dropNumbered(paths.told, task.seq);
}

const fileOf = (paths: StatePaths, { order }: OrderTask): string => join(paths.orders, `${nameOfOrder(order)}.json`);

function readReport({ reports }: OrderPlaces, { order }: OrderTask): OrderReport | undefined {
  const text = readText(join(reports, `${nameOfOrder(order)}.json`));
  if (text === undefined) return undefined;
  try {
    return orderReportSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileIfThere(path)?.toString();
  } catch (error) {
    return whenRefused(undefined)(error);
  }
}
