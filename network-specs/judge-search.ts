import { cut } from './variable-reader.ts';
import type { VariableReader } from './variable-reader.ts';

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const DOMAIN = new RegExp(`^(?:\\.|${LABEL}(?:\\.${LABEL})*\\.?)$`, 'i');
const LONGEST_DOMAIN = 254;

/** Words of SEARCH that cannot be domains. @see resolv.conf(5), RFC 1035 §2.3.4 */
export function judgeSearch(reader: VariableReader): void {
  for (const word of reader.words('SEARCH')) {
    if (DOMAIN.test(word) && word.length <= LONGEST_DOMAIN) continue;
    reader.fault('SEARCH', `'${cut(word)}' is not a domain such as lab.example`, { word });
  }
}
