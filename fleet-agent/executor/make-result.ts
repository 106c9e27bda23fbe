// The result of an order, as the server gets it. In: what is to be said. Out: a result. Pure.
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';

/** What is not given is empty. */
export const makeResult = (
  outcome: OrderResult['outcome'],
  text: string,
  more: Partial<Omit<OrderResult, 'outcome' | 'text'>> = {},
): OrderResult => ({
  changes: [],
  keptConfiguration: [],
  recovered: false,
  health: [],
  output: '',
  ...more,
  outcome,
  text,
});

/** It has changed nothing, and nothing is wrong with the host by that. */
export const refused = (why: string): OrderResult => makeResult('refused', why);
