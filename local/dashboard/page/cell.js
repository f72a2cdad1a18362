// What a cell of the matrix says: the policies decide first, then KMS looks at the key's state.
import { briefMeaningOf, meaningOf } from './words.js';

/** What KMS must do for a tenant's own session. Of other statuses nothing is known: a key may just be on its way. */
const shouldSucceed = { ACTIVE: true, SUSPENDED: false, OFFBOARDING: false, ERASED: false };

/** @returns the sign, the kind, whether it is as it should be, and the same in words */
export function stateOfCell(row, column, allowed, actions) {
  const isOwn = row.kind === 'tenant' && row.tenantId === column.tenantId;
  const may = allowed.length > 0;
  const { refusal } = column;
  const isGreen = may && refusal === undefined;
  const isOdd = isOwn ? isOddOwn(isGreen, column) : isCrossing(may, column);
  const counted = `${allowed.length} of ${actions.length} actions`;
  return {
    isOwn,
    isOdd,
    isCrossing: !isOwn && isCrossing(may, column),
    kind: isGreen ? 'green' : may ? 'stopped' : 'red',
    sign: signOf(
      may,
      refusal,
      allowed.length === actions.length ? '' : ` ${allowed.length} of ${actions.length}`,
    ),
    words: wordsOf(may, refusal, counted),
  };
}

/** A key that exists is open to a session that the policies allow, even while its state stops every use. */
const isCrossing = (may, { keyState }) => may && keyState !== 'Gone';

function isOddOwn(isGreen, { status, refusal }) {
  const should = status === undefined ? refusal === undefined : shouldSucceed[status];
  return should !== undefined && should !== isGreen;
}

function signOf(may, refusal, part) {
  if (refusal === 'NoKey') return '–';
  if (!may) return '✕';
  return refusal === undefined ? `✓${part}` : briefMeaningOf(refusal);
}

function wordsOf(may, refusal, counted) {
  if (refusal === 'NoKey') return 'there is no key yet';
  if (!may) return 'refused every use, AccessDeniedException';
  if (refusal === undefined) return `may use it, ${counted}`;
  return `the policies allow ${counted}, KMS answers ${refusal}: ${meaningOf(refusal)}`;
}
