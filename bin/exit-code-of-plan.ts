/**
 * What every command that shows a plan of disks ends with: 3 when something that holds data would be lost, else 2 when
 * something is in the way, as after faults of the text. Either one keeps a script from going on.
 */
export function exitCodeOfPlan(plan: {
  readonly obstacles: readonly unknown[];
  readonly losesData: boolean;
}): 0 | 2 | 3 {
  if (plan.losesData) return 3;
  return plan.obstacles.length > 0 ? 2 : 0;
}
