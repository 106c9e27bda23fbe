import { isSecret } from '../../lib/secret-variables.ts';
import { faultAtLine } from '../faults.ts';
import type { CreateInspection } from './inspection.ts';

/** Lines that hold a secret, in whatever object: they would be sent in the clear. */
export const inspectSecrets: CreateInspection = (db, report) => ({
  object: (_object, { assignments }) => {
    for (const assignment of assignments) {
      if (!isSecret(assignment.variable)) continue;
      const { text: _hidden, ...fault } = faultAtLine(db, assignment, {
        message: `${assignment.variable}: this version cannot keep secrets yet, and would send this one in the clear`,
        suggestion: 'remove the line, and change the secret',
      });
      report(fault);
    }
  },
});
