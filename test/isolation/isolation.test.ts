import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { outcomeOf, situations } from './cases/case.ts';
import { cases } from './cases.ts';
import { type OpenWorld, openWorld } from './harness.ts';
import { synthesizedTemplate } from './template.ts';

const template = await synthesizedTemplate();

describe.each(situations)('%s', (situation) => {
  let world: OpenWorld;
  beforeAll(async () => {
    world = await openWorld({ template, situation });
  });
  afterAll(() => world.close());

  const claimed = cases.filter((claim) => claim.situations.includes(situation));
  test.each(claimed.map((claim) => [claim.expected, claim.name, claim] as const))(
    '%s: %s',
    async (expected, _, claim) => {
      const outcome = await claim.attempt(world).then(
        () => 'allowed',
        (error) => outcomeOf(error) ?? String(error),
      );
      expect(outcome).toBe(expected);
    },
  );
});
