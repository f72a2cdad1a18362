/** What the figures of the bench are held to. */
import { describe, expect, test } from '@jest/globals';
import { isMet, type Target, verdict } from '../../bench/target.ts';

const atMost: Target = { what: 'calls', figure: 1, atMost: 1, unit: '' };
const atLeast: Target = { what: 'batch', figure: 20, atLeast: 20, unit: 'x' };

describe('a target', () => {
  test('is met by its very limit', () => {
    expect([atMost, atLeast].every(isMet)).toBe(true);
  });

  test('is missed on the wrong side of it', () => {
    expect(isMet({ ...atMost, figure: 2 })).toBe(false);
    expect(isMet({ ...atLeast, figure: 19.99 })).toBe(false);
  });

  test('is missed by what is no number', () => {
    expect(isMet({ ...atMost, figure: Number.NaN })).toBe(false);
    expect(isMet({ ...atLeast, figure: Number.NaN })).toBe(false);
  });

  test('says what it is, the figure and the limit', () => {
    expect(verdict(atMost)).toBe('met     calls: 1, at most 1');
    expect(verdict({ ...atLeast, figure: 8.5 })).toBe('MISSED  batch: 8.50x, at least 20x');
  });
});
