import type { Fault } from '../../lib/errors.ts';
import type { ExportInput, ExportMachine } from './format.ts';

/** Formats that carry every variable must not carry secrets. */
export function reportSecrets(input: ExportInput, { name, values }: ExportMachine): Fault[] {
  const secrets = [...values.keys()].filter((variable) => variable.endsWith('_SECRET'));
  return secrets.map((variable) => {
    const message = `${name}: ${variable}: secrets are not exported`;
    const { text: _hidden, ...fault } = input.faultOf(name, variable, { message });
    return fault;
  });
}
