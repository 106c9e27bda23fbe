/** Console output without what only a terminal understands: escape sequences, carriage returns, NULs. */
export function plainConsole(text: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences are control characters
  return text.replaceAll(/\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][0-9A-Za-z]|[=>78cM])|[\r\0]/g, '');
}

/** What begins a line of its own on a screen: a UEFI moves the cursor to the first column instead of ending a line. */
// oxlint-disable-next-line no-control-regex -- escape sequences are control characters
const FIRST_COLUMN = /\x1b\[\d+;0*1H/g;

/** Cuts a stream of characters into whole lines. */
export function lineSplitter(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).replaceAll(FIRST_COLUMN, '\n').split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(plainConsole(line).trimEnd());
  };
}
