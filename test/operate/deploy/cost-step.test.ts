import { expect, test } from '@jest/globals';
import { readCoefficients } from '../../../operate/cost/coefficients.ts';
import { estimate } from '../../../operate/cost/estimate.ts';
import { settingsOf } from '../../../operate/cost/settings.ts';
import { costSettingsOf } from '../../../operate/deploy/cost-step.ts';
import { synthesizedTemplate } from '../../harness/synthesized.ts';
import { deploy, ready } from '../deploy-harness.ts';

const fromTemplate = async (config: Readonly<Record<string, unknown>>) =>
  costSettingsOf(await synthesizedTemplate(config), 7);

test.each([
  [{}, {}],
  [{ canary: false }, { canary: false }],
  [{ trail: false }, { trail: 'none', functionEvents: false }],
  [{ functionEvents: false }, { functionEvents: false }],
  [{ tenantIsolation: false }, { tenantIsolation: false }],
  [{ rotationPeriodInDays: 365 }, { rotationPeriodInDays: 365 }],
] as const)('what %j costs goes by the template', async (config, settings) => {
  expect(await fromTemplate(config)).toEqual(settingsOf({ tenants: 7, requests: 0, ...settings }));
});

test('of another template nothing is said', () => {
  expect(costSettingsOf({ Resources: {} }, 7)).toBeUndefined();
});

test('it is said before the question, for as many tenants as there are to be', async () => {
  const { results } = await deploy(ready, ['--check', '--tenants', '1000']);
  const { usd } = estimate(settingsOf({ tenants: 1000, requests: 0 }), readCoefficients());
  expect(results.get('cost')).toMatchObject({
    outcome: 'ok',
    found: expect.stringMatching(
      new RegExp(
        `^about \\$${Math.round(usd.all)} a month at 1000 tenants before any request, .*docs/cost\\.md`,
      ),
    ),
  });
});
