import * as api from '../../../contract/fleet/api/admissions.ts';
import { done } from '../../../contract/fleet/api/fields.ts';
import { makeAdmission } from '../../enrolment/admissions.ts';
import { implement, implementChange } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

const AN_HOUR_MS = 3_600_000;
const SHOWN = 1000;

const addAdmission = implementChange(api.addAdmission, {
  run: async ({ transaction, actor, at: createdAt }, { hours, ...rest }) => {
    const expiresAt = createdAt + hours * AN_HOUR_MS;
    const token = await makeAdmission(transaction, { ...rest, createdBy: actor.name, createdAt, expiresAt });
    return { token, expiresAt };
  },
  tell: ({ site, ...details }) => ({ subject: site, details }),
});

const listAdmissions = implement(api.listAdmissions, async ({ store }) => {
  const rows = await store.queries.selectFrom('admissions').selectAll().orderBy('id', 'desc').limit(SHOWN).execute();
  return { tokens: rows.map((row) => ({ ...row, approves: row.approves === 1 })) };
});

const revokeAdmission = implementChange(api.revokeAdmission, {
  run: async ({ transaction }, { id }) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('admissions')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    if (numDeletedRows > 0n) return done;
    throw new OperationError('not-found', `there is no enrolment token ${id}`, { hint: 'gutinteg fleet enrol --list' });
  },
  tell: ({ id }) => ({ subject: String(id) }),
});

export const admissionOperations = [addAdmission, listAdmissions, revokeAdmission];
