import { describe, expect, test } from '@jest/globals';
import { openCleanUp, type Removal } from './clean-up.ts';

describe('the removal of what a run has made', () => {
  test('the last that was made goes first', async () => {
    const order: string[] = [];
    const cleanUp = openCleanUp();
    for (const what of ['table', 'role', 'key']) {
      cleanUp.note(what, async () => void order.push(what));
    }
    await cleanUp.run(() => {});
    expect(order).toEqual(['key', 'role', 'table']);
  });

  test('what cannot be removed is reported, and the rest is removed', async () => {
    const removals: Removal[] = [];
    const cleanUp = openCleanUp();
    const error = new Error('denied');
    cleanUp.note('table', async () => {});
    cleanUp.note('role', () => Promise.reject(error));
    cleanUp.note('key', () => {
      throw error;
    });
    await cleanUp.run((removal) => removals.push(removal));
    expect(removals).toEqual([{ what: 'key', error }, { what: 'role', error }, { what: 'table' }]);
  });

  test('nothing is removed twice', async () => {
    const removed: string[] = [];
    const cleanUp = openCleanUp();
    cleanUp.note('table', async () => void removed.push('table'));
    await cleanUp.run(() => {});
    await cleanUp.run(() => {});
    expect(removed).toEqual(['table']);
  });
});
