import type { Fault } from '../../lib/errors.ts';
import { isHidden, isSecret } from '../../lib/secret-variables.ts';
import type { ExportInput, ExportMachine } from './format.ts';

/** Formats that carry every variable must not carry secrets. */
export function reportSecrets(input: ExportInput, { name, values }: ExportMachine): Fault[] {
  const secrets = [...values.keys()].filter((variable) => isSecret(variable));
  return secrets.map((variable) => {
    const message = `${name}: ${variable}: secrets are not exported`;
    const { text: _hidden, ...fault } = input.faultOf(name, variable, { message });
    return fault;
  });
}

/** Every variable but hashes of passwords, which are for the machine alone. */
export function openValues({ values }: ExportMachine): [string, string][] {
  return [...values].filter(([variable]) => !isHidden(variable));
}
