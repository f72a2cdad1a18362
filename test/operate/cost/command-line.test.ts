/** `npm run cost` as somebody calls it, and what docs/cost.md says of it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, readArguments } from '../../../operate/cost/arguments.ts';
import { readCoefficients } from '../../../operate/cost/coefficients.ts';
import { estimate } from '../../../operate/cost/estimate.ts';
import { costKeyStores } from '../../../operate/cost/key-stores.ts';
import { prices, pricesAsOf } from '../../../operate/cost/prices.ts';
import { settingsOf } from '../../../operate/cost/settings.ts';

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['operate/cost.ts', ...args], { encoding: 'utf8' });
const asked = ['--tenants', '10', '--requests', '100000'];

describe('a sentence for', () => {
  test.each([
    [[], '--tenants is missing: how many tenants?'],
    [['--tenants', '1'], '--requests is missing: how many requests?'],
    [
      ['--tenants', 'many', '--requests', '1'],
      "--tenants: expected a whole number from 0 to 1000000, got 'many'",
    ],
    [
      ['--tenants', '1e3', '--requests', '1'],
      "--tenants: expected a whole number from 0 to 1000000, got '1e3'",
    ],
    [
      ['--tenants', '', '--requests', '1'],
      "--tenants: expected a whole number from 0 to 1000000, got ''",
    ],
    [
      ['--tenants=-1', '--requests', '1'],
      "--tenants: expected a whole number from 0 to 1000000, got '-1'",
    ],
    [[...asked, '--cold', '2'], "--cold: expected a share from 0 to 1, such as 0.1, got '2'"],
    [[...asked, '--cold', '10%'], "--cold: expected a share from 0 to 1, such as 0.1, got '10%'"],
    [
      [...asked, '--rotation', '30'],
      "--rotation: expected a whole number from 90 to 2560, got '30'",
    ],
    [
      [...asked, '--key-store', 'kms'],
      "--key-store: expected one of aws-kms, vault, azure-key-vault, aws-kms-external, got 'kms'",
    ],
    [
      [...asked, '--no-trail', '--second-trail'],
      '--no-trail and --second-trail: the stack has a trail or has none',
    ],
  ])('%j', (args, message) => {
    expect(() => readArguments(args)).toThrow(new ArgumentError(message));
  });

  test.each([[[...asked, '--unknown']], [[...asked, 'more']]])('%j', (args) => {
    expect(() => readArguments(args)).toThrow(ArgumentError);
  });
});

test('an error goes to standard error with the usage, and exits with 2', () => {
  const { status, stdout, stderr } = run('--tenants', 'x');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^cost: --tenants: expected .*\n\nusage: npm run cost /);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('it prints each item with its price, the parts and the sum, and marks prices that were not seen', () => {
  const { status, stdout } = run(...asked);
  const { usd } = estimate(settingsOf({ tenants: 10, requests: 100_000 }), readCoefficients());
  expect(status).toBe(0);
  expect(stdout).toMatch(/^10 tenants, 100,000 requests a month, us-east-1, list prices of /);
  expect(stdout).toContain("$30.00    tenants' keys: 30 at $1, key and month");
  expect(stdout).toMatch(new RegExp(`\\$${usd.all.toFixed(2)}  in a month\n`));
  expect(stdout).toMatch(/\$0\.35 {4}requests: 100,000 at \$3\.5 for 1,000,000, requests \?\n/);
  expect(stdout).toContain('$1 a month, $2 from day 90, $3 from day 180 on and no more');
});

test('--json has all of it, with the page of each price', () => {
  const { stdout } = run(...asked, '--json', '--no-canary', '--waf', '2', '--age', '0');
  const { settings, items, usd } = JSON.parse(stdout);
  expect(settings).toMatchObject({ tenants: 10, canary: false, webRules: 2, ageDays: 0 });
  for (const item of items) {
    expect(item.price.source).toMatch(/^https:\/\/aws\.amazon\.com\/[a-z0-9-]+\/pricing\/$/);
  }
  const sum = items.reduce((total: number, item: { usd: number }) => total + item.usd, 0);
  expect(usd.all).toBeCloseTo(sum, 6);
});

test('--help is the usage', () => {
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^usage: /) });
});

describe('docs/cost.md', () => {
  const text = readFileSync('docs/cost.md', 'utf8');
  const money = (usd: number) => `$${usd.toLocaleString('en-US', { maximumFractionDigits: 0 })}`;

  test.each([
    [10, 100_000],
    [1_000, 10_000_000],
    [100_000, 1_000_000_000],
  ])('has what %i tenants cost', (tenants, requests) => {
    const { usd } = estimate(settingsOf({ tenants, requests }), readCoefficients());
    const counts = [tenants, requests].map((count) => count.toLocaleString('en-US'));
    const cells = [...counts, ...[usd.stack, usd.tenants, usd.requests, usd.all].map(money)];
    expect(text).toContain(`| ${cells.join(' | ')} |`);
  });

  test.each(costKeyStores)('has what 1,000 tenants cost in %s', (keyStore) => {
    const settings = settingsOf({ tenants: 1_000, requests: 10_000_000, keyStore });
    const { usd } = estimate(settings, readCoefficients());
    const cells = [usd.stack, usd.tenants, usd.requests, usd.all].map(money);
    expect(text).toContain(`| \`${keyStore}\` | ${cells.join(' | ')} |`);
  });

  test('lists every price with its page, and whether it was seen there', () => {
    for (const price of Object.values(prices)) {
      const { usd, per, unit, source } = price;
      const shown = `$${usd}${per === 1 ? '' : ` for ${per.toLocaleString('en-US')}`}`;
      const seen = 'verify' in price ? 'verify' : 'seen';
      expect(text).toContain(`| ${unit} | ${shown} | ${source} | ${seen} |`);
    }
    expect(text).toContain(pricesAsOf);
  });
});
