// The words of a command line as edits. In: argv. Out: settings and names that can be written. Never: looks at a file.
import { UserError } from '../../lib/errors.ts';
import { showValue } from '../../lib/secret-variables.ts';
import { splitWords } from '../values.ts';
import type { Operator } from '../types.ts';
import type { Setting } from './change-lines.ts';
import { explainInexpressible } from './express-value.ts';

/**
 * `VAR=VALUE`, `VAR+=WORDS`, `VAR-=WORDS`, in their order; words that one operator gives to a variable one after the
 * other are put together.
 * @throws UserError (exit code 2) with everything that cannot be written.
 */
export function parseSettings(texts: readonly string[]): Setting[] {
  const settings: Setting[] = [];
  const problems: string[] = [];
  for (const text of texts) {
    const parsed = parseSetting(text);
    const problem = typeof parsed === 'string' ? parsed : explainSetting(parsed, settings);
    if (problem !== undefined || typeof parsed === 'string') {
      problems.push(problem ?? text);
      continue;
    }
    const at = settings.findLastIndex(({ variable }) => variable === parsed.variable);
    const before = settings[at];
    if (before?.operator !== parsed.operator) settings.push(parsed);
    else settings[at] = { ...before, value: `${before.value} ${parsed.value}` };
  }
  refuse(problems);
  return settings;
}

/** @throws UserError (exit code 2) when a name could not stand in a header. */
export function checkNames(names: readonly string[]): void {
  const wrong = names.filter((name) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name));
  refuse(wrong.map((name) => `'${name}' is not the name of an object: names are made of letters, digits and . _ -`));
}

/** @throws UserError (exit code 2) when a text is not a variable. */
export function checkVariables(variables: readonly string[]): void {
  refuse(variables.map(explainVariable).filter((problem) => problem !== undefined));
}

function parseSetting(text: string): Setting | string {
  const match = /^([^=]*?)([-+]?=)(.*)$/s.exec(text);
  // Bytes of an argument that are not UTF-8 have become this character before anybody could look at them.
  if (text.includes('\uFFFD')) return `'${text}' is not UTF-8`;
  if (match === null) return `'${text}' is not an assignment: write VAR=VALUE, VAR+=WORDS or VAR-=WORDS`;
  const [, variable = '', operator = '', value = ''] = match;
  return { variable, operator: operator as Operator, value };
}

function explainSetting(setting: Setting, earlier: readonly Setting[]): string | undefined {
  const { variable, operator, value } = setting;
  const problem = explainVariable(variable);
  if (problem !== undefined) return problem;
  const isGiven = earlier.some((one) => one.variable === variable && one.operator === '=');
  if (operator === '=' && isGiven) return `${variable} is given twice`;
  if (operator !== '=' && splitWords(value).length === 0) return `${variable}${operator} names no words`;
  const reason = explainInexpressible(value);
  return reason === undefined
    ? undefined
    : `${variable} cannot have the value ${showValue(variable, value)}: ${reason}`;
}

function explainVariable(variable: string): string | undefined {
  if (variable === 'HOSTNAME') return 'HOSTNAME is the name of the object: machdb rename OLD NEW';
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable) && variable !== '__proto__') return undefined;
  return `'${variable}' is not a variable: they are made of letters, digits and _, and do not begin with a digit`;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new UserError(problems.join('\n'), { exitCode: 2 });
}
