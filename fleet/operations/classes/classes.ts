import * as api from '../../../contract/fleet/api/classes.ts';
import { done } from '../../../contract/fleet/api/fields.ts';
import { checkSelector, resolveSelector } from '../../classes/resolve-selector.ts';
import { implement, implementChange } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

const listClasses = implement(api.listClasses, async ({ store }) => ({
  classes: await store.queries.selectFrom('classes').selectAll().orderBy('name').execute(),
}));

const saveClass = implementChange(api.saveClass, {
  prepare: (fleet, { name, selector }) => checkSelector(fleet, name, selector),
  run: async ({ transaction, actor, at }, { name, selector }) => {
    const row = { selector, createdBy: actor.name, createdAt: at };
    await transaction
      .insertInto('classes')
      .values({ name, ...row })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
      .execute();
    return done;
  },
  tell: ({ name, selector }) => ({ subject: name, details: { selector } }),
});

const removeClass = implementChange(api.removeClass, {
  run: async ({ transaction }, { name }) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('classes')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    if (numDeletedRows > 0n) return done;
    throw new OperationError('not-found', `there is no class ${name}`, { hint: 'gutinteg fleet class list' });
  },
  tell: ({ name }) => ({ subject: name }),
});

const selectHosts = implement(api.selectHosts, async (fleet, { selector, limit }) => {
  const found = await resolveSelector(fleet, selector);
  return { total: found.length, hosts: found.slice(0, limit).map(({ id, name }) => ({ host: name, id })) };
});

export const classOperations = [listClasses, saveClass, removeClass, selectHosts];
