import { randomInt } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * @param prefix says of what: `AKIA` for credentials that last, `ASIA` for temporary ones, `AROA` for roles
 * @param length of the random part
 */
export const uniqueId = (prefix: string, length: number): string =>
  prefix + Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
