/** The template is the same whatever feature flags an app has. */
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { cdkContext } from '../../../lib/synthesize.ts';
import { templateIn } from './host-app.ts';

type Flags = Readonly<Record<string, unknown>>;

const recommended: Flags = createRequire(import.meta.url)(
  'aws-cdk-lib/recommended-feature-flags.json',
);
/** Flags that are on or off: others change the form of what CDK writes for other services. */
const switches = Object.keys({ ...recommended, ...cdkContext() }).filter(
  (flag) => typeof recommended[flag] === 'boolean',
);
const all = (value: boolean): Flags => Object.fromEntries(switches.map((flag) => [flag, value]));

/**
 * minimizePolicies sorts actions, resources and principals of a statement, and merges statements without a Sid: each of
 * ours has one.
 */
const ordered = (template: unknown): unknown =>
  JSON.parse(JSON.stringify(template), (key, value: unknown) =>
    ['Action', 'Resource', 'AWS'].includes(key) && Array.isArray(value)
      ? value.map((one) => JSON.stringify(one)).sort()
      : value,
  );

const ours = ordered(templateIn({ context: cdkContext() }));

test.each<[string, Flags]>([
  ['no flags', {}],
  ["all of CDK's recommended flags", recommended],
  ['every flag off', all(false)],
  ['every flag on', all(true)],
])('an app with %s gets the template that ours has', (_, context) => {
  expect(ordered(templateIn({ context }))).toEqual(ours);
});
