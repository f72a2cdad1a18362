import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { answerOf, situations } from './cases/case.ts';
import { cases } from './cases.ts';
import { type OpenHarness, openHarness } from './harness.ts';
import { synthesizedTemplate } from './template.ts';

const template = await synthesizedTemplate();

describe.each(situations)('%s', (situation) => {
  let harness: OpenHarness;
  beforeAll(async () => {
    harness = await openHarness({ template, situation });
  });
  afterAll(() => harness.close());

  const claimed = cases.filter((claim) => claim.situations.includes(situation));
  test.each(claimed.map((claim) => [claim.expected, claim.name, claim] as const))(
    '%s: %s',
    async (expected, _, claim) => {
      expect(await answerOf(claim, harness)).toBe(expected);
    },
  );
});
