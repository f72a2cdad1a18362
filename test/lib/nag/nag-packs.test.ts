/** cdk-nag's packs run at every synthesis, and every acknowledgement is needed and listed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { type App, type Stack, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { defaultName as stackName } from '../../../contract/stack-names.ts';
import { nagPacks } from '../../../lib/nag/nag-packs.ts';
import { makeApp, synthesize } from '../../../lib/synthesize.ts';
import { everySetting } from '../../harness/operators-settings.ts';
import { context } from '../../harness/synthesized.ts';

const outdir = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
// With every optional part.
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

  test('passes with other key stores, in a network of the operator`s', () => {
    const { subnetIds, securityGroupIds } = everySetting['with a domain'];
    const keyStores = {
      vault: { address: 'https://vault.example.com' },
      awsKmsExternal: { accounts: ['222222222222'] },
    };
    const settings = { ...whole, keyStores, subnetIds, securityGroupIds };
    expect(() => synthesize(settings, outdir)).not.toThrow();
  });

  test('passes without a trail, too', () => {
    expect(() => synthesize({ ...whole, trail: false }, outdir)).not.toThrow();
  });

  test.each([
    'AwsSolutions-S10',
    'NIST.800.53.R5-S3BucketVersioningEnabled',
    'HIPAA.Security-S3BucketVersioningEnabled',
    'PCI.DSS.321-S3BucketVersioningEnabled',
  ])('fails on a careless bucket by %s', (rule) => {
    const app = newApp();
    new Bucket(app.node.findChild(stackName) as Stack, 'Careless');
    expect(() => app.synth()).toThrow(rule);
  });
});

describe('acknowledgements', () => {
  const acknowledged = acknowledgementsIn(newApp());

  test('are all for something that the checks find', () => {
    const app = newApp();
    for (const { data } of acknowledgementsIn(app))
      for (const id of Object.keys(data)) delete data[id];
    expect(namesOf(acknowledged)).toEqual(rulesFoundIn(app));
  });

  test('each give a reason', () => {
    expect(acknowledged).not.toHaveLength(0);
    for (const { data } of acknowledged) {
      for (const reason of Object.values(data)) expect(reason.length).toBeGreaterThan(40);
    }
  });

  test('are listed in docs/security.md, each with its reason, and nothing else is', () => {
    const given = acknowledged.flatMap(({ data }) =>
      Object.entries(data).map(([rule, reason]) => `${nameOf(rule)}: ${reason}`),
    );
    expect(listedInDocs()).toEqual([...new Set(given)].sort());
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
const nameOf = (id: string) => id.replace(/^annotation::/i, '');

function namesOf(acknowledgements: readonly Acknowledgement[]): string[] {
  const names = acknowledgements.flatMap(({ data }) => Object.keys(data).map(nameOf));
  return [...new Set(names)].sort();
}

function rulesFoundIn(app: App): string[] {
  const found = nagPacks.flatMap((Pack) => new Pack(app).validateScope(app).violations);
  return [...new Set(found.map(({ ruleName }) => ruleName))].sort();
}

/** The rows of the table of findings: | `rule`, `rule` | where | reason | */
function listedInDocs(): string[] {
  const [, section = ''] = readFileSync('docs/security.md', 'utf8').split(
    '### Findings that stand',
  );
  const rows = [...section.matchAll(/^\| (`.+`) \| .+ \| (.+) \|$/gm)];
  return rows
    .flatMap(([, rules = '', reason]) =>
      [...rules.matchAll(/`([^`]+)`/g)].map(([, rule]) => `${rule}: ${reason}`),
    )
    .sort();
}
