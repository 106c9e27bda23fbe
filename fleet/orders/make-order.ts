// An order for one host, signed. In: what it is to do. Out: a task. Its serial is larger than that of every order before it, whatever
// the server's clock does. The caller has locked the host.
import { sql } from 'kysely';
import type { Action, PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import { signOrder } from '../../contract/fleet/jobs/order.ts';
import type { NewTask } from '../../contract/fleet/tasks.ts';
import type { Fleet } from '../fleet.ts';
import type { StoreTransaction } from '../store/open-store.ts';

export type NewOrder = {
  readonly host: string;
  readonly job: number;
  readonly simulate: boolean;
  readonly action: Action;
  readonly expected?: readonly PackageChangeRecord[];
  /** Milliseconds since 1970: it is not begun after that. */
  readonly endsAt: number;
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  readonly health?: readonly string[];
};

type Context = { readonly fleet: Pick<Fleet, 'orderKey'>; readonly transaction: StoreTransaction; readonly at: number };

export async function makeOrder({ fleet, transaction, at }: Context, order: NewOrder): Promise<NewTask> {
  const { host, job, simulate, action, expected, endsAt, window, health = [] } = order;
  const serial = await nextSerial(transaction, host, at);
  const signed = signOrder(
    {
      v: 1,
      host,
      job,
      serial,
      simulate,
      action,
      ...(expected === undefined ? {} : { expected: [...expected] }),
      ...(window === undefined
        ? {}
        : { window: { from: Math.ceil(window.fromMs / 1000), to: Math.floor(window.toMs / 1000) } }),
      expiresAt: Math.floor(endsAt / 1000),
      health: [...health],
    },
    fleet.orderKey,
  );
  return { kind: 'order', order: signed };
}

async function nextSerial(transaction: StoreTransaction, host: string, at: number): Promise<number> {
  const last = sql.ref('orderSerial');
  const next = sql<number>`case when ${last} >= ${at} then ${last} + 1 else ${at} end`;
  const { orderSerial } = await transaction
    .updateTable('hosts')
    .set({ orderSerial: next })
    .where('id', '=', host)
    .returning('orderSerial')
    .executeTakeFirstOrThrow();
  return orderSerial;
}
