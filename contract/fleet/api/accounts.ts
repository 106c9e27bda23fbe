// Accounts, their sessions and tokens. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { singleRightNames } from './single-rights.ts';
import { describeOperation, roleSchema } from '../operation.ts';
import { doneSchema, timeSchema, wordsSchema } from './fields.ts';

const count = z.int().nonnegative();

const accountNameSchema = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9._-]*$/, 'is no name of an account: small letters, digits, dots, hyphens')
  .refine((name) => name !== 'local' && name !== 'anyone', 'is a name that the server itself uses');

/** Long enough that guessing it takes longer than the lock of an account allows. */
const newPasswordSchema = z.string().min(12, 'has fewer than 12 characters').max(1024);

/** A token or a session's token, which cannot be read again. */
const secretSchema = z.string();

export const logIn = describeOperation({
  name: 'login',
  summary: 'Begin a session: a token for twelve hours, for a name and a password',
  role: 'anyone',
  changes: true,
  input: z.object({ name: z.string().max(64), password: z.string().max(1024) }),
  output: z.object({ token: secretSchema, role: roleSchema, expiresAt: timeSchema }),
});

export const logOut = describeOperation({
  name: 'logout',
  summary: 'End the session, or revoke the token, that this request shows',
  role: 'viewer',
  changes: true,
  input: z.object({}),
  output: doneSchema,
});

export const showSelf = describeOperation({
  name: 'whoami',
  summary: 'Who asks, and what they may do',
  role: 'anyone',
  changes: false,
  input: z.object({}),
  output: z.object({ name: z.string(), role: z.string() }),
});

export const changeOwnPassword = describeOperation({
  name: 'change-password',
  summary: "Change one's own password; all other sessions end",
  role: 'viewer',
  changes: true,
  input: z.object({ password: z.string().max(1024), newPassword: newPasswordSchema }),
  output: doneSchema,
});

export const listAccounts = describeOperation({
  name: 'users',
  summary: 'All accounts',
  role: 'admin',
  changes: false,
  input: z.object({}),
  output: z.object({
    users: z.array(
      z.object({
        name: z.string(),
        role: roleSchema,
        createdAt: timeSchema,
        isDisabled: z.boolean(),
        /** Without one, it has tokens only. */
        hasPassword: z.boolean(),
        /** Too many wrong passwords; null when it is not locked. */
        lockedUntil: timeSchema.nullable(),
        sessions: count,
        tokens: count,
      }),
    ),
  }),
});

const named = z.object({ name: accountNameSchema });

export const addAccount = describeOperation({
  name: 'add-user',
  summary: 'Make an account; without a password it can have tokens only',
  role: 'admin',
  changes: true,
  input: named.extend({ role: roleSchema, password: newPasswordSchema.exactOptional() }),
  output: doneSchema,
});

export const setRole = describeOperation({
  name: 'set-user-role',
  summary: 'Change what an account may do; its tokens can do no more',
  role: 'admin',
  changes: true,
  input: named.extend({ role: roleSchema }),
  output: doneSchema,
});

export const setPassword = describeOperation({
  name: 'set-user-password',
  summary: "Set another account's password; its sessions end, and its lock",
  role: 'admin',
  changes: true,
  input: named.extend({ password: newPasswordSchema }),
  output: doneSchema,
});

export const disableAccount = describeOperation({
  name: 'disable-user',
  summary: 'Let an account do nothing any more; it stays in the list',
  role: 'admin',
  changes: true,
  input: named,
  output: doneSchema,
});

export const enableAccount = describeOperation({
  name: 'enable-user',
  summary: 'Let a disabled or locked account in again',
  role: 'admin',
  changes: true,
  input: named,
  output: doneSchema,
});

export const removeAccount = describeOperation({
  name: 'remove-user',
  summary: 'Take an account away, with its sessions and tokens; the audit log keeps its name',
  role: 'admin',
  changes: true,
  input: named,
  output: doneSchema,
});

export const addToken = describeOperation({
  name: 'add-token',
  summary: 'Make a token for a program; it is shown once, and can do no more than its account',
  role: 'viewer',
  changes: true,
  input: z.object({
    label: wordsSchema(100),
    /** Of another account, which only an admin can do; one's own without it. */
    user: accountNameSchema.exactOptional(),
    /** The account's without it. */
    role: roleSchema.exactOptional(),
    /** The one operation that it is good for. */
    only: z.enum(singleRightNames).exactOptional(),
    days: z.int().min(1).max(3650).default(365),
  }),
  output: z.object({ id: count, token: secretSchema, expiresAt: timeSchema }),
});

export const listTokens = describeOperation({
  name: 'tokens',
  summary: "Sessions and tokens: one's own, or all for an admin",
  role: 'viewer',
  changes: false,
  input: z.object({}),
  output: z.object({
    tokens: z.array(
      z.object({
        id: count,
        user: z.string(),
        /** `session` or `token`. */
        kind: z.string(),
        label: z.string(),
        role: roleSchema,
        /** The one operation that it is good for; empty for all that its role allows. */
        only: z.string(),
        createdAt: timeSchema,
        expiresAt: timeSchema,
        lastUsedAt: timeSchema.nullable(),
      }),
    ),
  }),
});

export const revokeToken = describeOperation({
  name: 'revoke-token',
  summary: "End a session or take a token back: one's own, or any for an admin",
  role: 'viewer',
  changes: true,
  input: z.object({ id: count }),
  output: doneSchema,
});
