/** cdk-nag's checks: that they run at every synth, and that no acknowledgement is idle. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { type App, type Stack, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { makeApp, stackName, synthesize } from '../../lib/synthesize.ts';
import { context } from './synthesized.ts';

const outdir = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
// With all that can be configured in.
const whole = { ...context, tenants: [{ tenantId: 'acme' }] };
const newApp = () => makeApp(whole, { builtinCloudFormationValidation: false, outdir });

afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => rmSync(outdir, { recursive: true }));

describe('a synth', () => {
  test('passes, and says nothing', () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    synthesize(whole, outdir);
    expect(said).not.toHaveBeenCalled();
  });

  test('fails on a key that does not rotate, and names the rule', () => {
    const app = newApp();
    new Key(app.node.findChild(stackName) as Stack, 'Unrotated');
    expect(() => app.synth()).toThrow('AwsSolutions-KMS5');
  });
});

describe('acknowledgements', () => {
  const acknowledged = acknowledgementsIn(newApp());

  test('are all for something that the checks find', () => {
    const app = newApp();
    for (const { data } of acknowledgementsIn(app))
      for (const id of Object.keys(data)) delete data[id];
    const found = new AwsSolutionsChecks(app).validateScope(app).violations;
    expect(namesOf(acknowledged)).toEqual([...new Set(found.map((one) => one.ruleName))].sort());
  });

  test('each give a reason', () => {
    expect(acknowledged).not.toHaveLength(0);
    for (const { data } of acknowledged) {
      for (const reason of Object.values(data)) expect(reason.length).toBeGreaterThan(40);
    }
  });

  test('are never for the whole stack', () => {
    for (const { path } of acknowledged) expect(path).toMatch(new RegExp(`^${stackName}/.+`));
  });
});

interface Acknowledgement {
  readonly path: string;
  /** rule -> reason, as CDK keeps it */
  readonly data: Record<string, string>;
}

function acknowledgementsIn(app: App): Acknowledgement[] {
  return app.node
    .findAll()
    .flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .map(({ data }) => ({ path: construct.node.path, data })),
    );
}

/** CDK puts a prefix before the rule. */
function namesOf(acknowledgements: readonly Acknowledgement[]): string[] {
  const names = acknowledgements.flatMap(({ data }) => Object.keys(data));
  return [...new Set(names.map((name) => name.replace(/^annotation::/i, '')))].sort();
}
