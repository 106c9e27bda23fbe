// One entry of `files:` in `.packagelink.yaml`. In: parsed YAML. Out: a checked rule. Never: I/O.
import { z } from 'zod';
import { globSchema } from './glob.ts';
import { capabilitiesSchema } from './file-capabilities.ts';
import { accountNameSchema } from './manifest.ts';

// YAML reads a bare 0440 as the number 440.
const mode = z
  .string({ error: 'write the mode in quotes, such as "0440"' })
  .regex(/^[0-7]{3,4}$/, 'not an octal mode such as "0440"')
  .transform((text) => Number.parseInt(text, 8));

const id = z.int().min(0).max(0xffff_fffe).optional();

const attributeValue = z.string().transform((text, context) => {
  if (!text.startsWith('0s')) return Buffer.from(text).toString('base64');
  const value = z.base64().safeParse(text.slice(2));
  if (value.success) return value.data;
  context.addIssue({ code: 'custom', message: 'what follows 0s is not base64' });
  return z.NEVER;
});

/** What holds for the paths that `match` stands for. Names of owners are looked up on the target. */
export const fileRuleSchema = z
  .strictObject({
    match: globSchema,
    mode: mode.optional(),
    uid: id,
    gid: id,
    user: accountNameSchema.optional(),
    group: accountNameSchema.optional(),
    /** Of files: `cap_net_raw=ep`, as for setcap. */
    capabilities: capabilitiesSchema.optional(),
    /** Of files and directories: text, or base64 after `0s`. */
    xattrs: z
      .record(z.string().regex(/^user\.[^\0]+$/s, 'not an attribute such as user.NAME'), attributeValue)
      .optional(),
    /** Of files: long runs of zeros become holes. */
    sparse: z.boolean().optional(),
  })
  .refine((rule) => rule.uid === undefined || rule.user === undefined, 'give either uid or user')
  .refine((rule) => rule.gid === undefined || rule.group === undefined, 'give either gid or group');

export type FileRule = z.infer<typeof fileRuleSchema>;
