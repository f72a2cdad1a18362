import { expect, test } from '@jest/globals';
import { referenceAnswers } from '../../../local/dashboard/reference-page.ts';

const headers = new Map([['host', ['127.0.0.1:4566']]]);

/** @param failures how often the page cannot be drawn before it can */
function drawing(failures: number) {
  const drawn = { times: 0 };
  const answer = referenceAnswers(async () => {
    drawn.times += 1;
    if (drawn.times <= failures) throw new Error('not drawn');
    return '<html>';
  });
  return { drawn, ask: () => answer('GET', '/docs', headers) };
}

test('a page that could not be drawn is drawn anew when it is asked for again', async () => {
  const { ask, drawn } = drawing(1);
  // Whoever waits for the same drawing learns that it failed.
  expect(await Promise.allSettled([ask(), ask()])).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(await ask()).toMatchObject({ status: 200, body: '<html>' });
  expect(drawn.times).toBe(2);
});

test('a page that was drawn is kept', async () => {
  const { ask, drawn } = drawing(0);
  await Promise.all([ask(), ask()]);
  await ask();
  expect(drawn.times).toBe(1);
});
