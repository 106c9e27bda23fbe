/** Whether a value of its own makes an object a machine. */
export function makesMachine(variable: string): boolean {
  return variable === 'MAC' || variable === 'IP' || variable === 'IP6';
}
