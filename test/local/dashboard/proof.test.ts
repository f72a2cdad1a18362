/** The last proof as the page gets it: whatever the file is, no more than it says, and only of these policies. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type ShownProof, shownProofOf } from '../../../local/dashboard/proof.ts';
import { policiesHash } from '../../../local/policies-hash.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { asJson } from '../../../prove/report.ts';
import { synthesizedTemplate } from '../../harness/synthesized.ts';
import { counterexample, exampleReport } from '../../prove/example-report.ts';

type Document = Awaited<ReturnType<typeof synthesizedTemplate>>;

const read = (document: Document) => readTemplate({ ...document }, localAccount);
const document = await synthesizedTemplate();
const file = join(mkdtempSync(join(tmpdir(), 'tenant-keys-proof-')), 'last.json');
const shown = () => shownProofOf(file, read(document))();

beforeEach(() => rmSync(file, { recursive: true, force: true }));

describe('a report', () => {
  test('is shown with whether it is of the policies of this template', async () => {
    const report = exampleReport();
    writeFileSync(file, asJson(report));
    const theorems = report.theorems.map((theorem) => ({ ...theorem, openCount: 0 }));
    expect(await shown()).toEqual({
      state: 'read',
      isOfThesePolicies: false,
      report: { ...report, theorems },
    });
    const own = { ...report, policies: policiesHash(read(document)) };
    writeFileSync(file, asJson(own));
    expect(await shown()).toMatchObject({ isOfThesePolicies: true });
  });

  test('of a stack that is wide open is shown with a few counterexamples of each theorem', async () => {
    const open = Array.from({ length: 3000 }, () => counterexample('x'.repeat(500)));
    writeFileSync(file, asJson(exampleReport({ '1': open })));
    const { report } = (await shown()) as Extract<ShownProof, { state: 'read' }>;
    expect(report.theorems[0]).toMatchObject({ verdict: 'refuted', openCount: 3000 });
    expect(report.theorems[0]?.open).toHaveLength(5);
  });

  test('that is not there is none', async () => {
    expect(await shown()).toEqual({ state: 'none' });
  });

  test.each([
    ['is empty', () => writeFileSync(file, ''), 'not JSON'],
    ['is cut off', () => writeFileSync(file, asJson(exampleReport()).slice(0, 500)), 'not JSON'],
    ['is of an older version', () => writeFileSync(file, '{"theorems":[]}'), 'another version'],
    ['is a folder', () => mkdirSync(file), 'no file'],
    ['is a pipe that nobody writes to', () => execFileSync('mkfifo', [file]), 'no file'],
    [
      'is huge',
      () => {
        writeFileSync(file, asJson(exampleReport()));
        truncateSync(file, 8 * 1024 ** 3);
      },
      'more than 16777216 bytes',
    ],
  ])('that %s is not shown as one', async (_, make, message) => {
    make();
    expect(await shown()).toEqual({
      state: 'unreadable',
      message: expect.stringContaining(message),
    });
  });
});

describe('the hash of policies', () => {
  const hash = (of: Document) => policiesHash(read(of)).sha256;

  test('is the same for every issuer and schedule', async () => {
    const other = await synthesizedTemplate({
      issuer: 'https://other.example.com',
      reconcileEveryMinutes: 1,
      registryTtlSeconds: 0,
    });
    expect(hash(other)).toBe(hash(document));
  });

  test('is the same for the first stack of its name, whether that is said or not', () => {
    const first = readTemplate({ ...document }, { ...localAccount, instance: 0 });
    expect(policiesHash(first).sha256).toBe(hash(document));
  });

  test('is another with another window of deletion, which is in the policy of tenants’ keys', async () => {
    expect(hash(await synthesizedTemplate({ deletionWindowInDays: 29 }))).not.toBe(hash(document));
  });

  const changed = (
    type: string,
    change: (properties: Document['Resources'][string]['Properties']) => void,
  ) => {
    const copy = structuredClone(document);
    const [one] = Object.values(copy.Resources).filter(({ Type }) => Type === type);
    change(one?.Properties);
    return copy;
  };
  test.each([
    ['AWS::IAM::Policy', 'PolicyDocument'],
    ['AWS::IAM::Role', 'AssumeRolePolicyDocument'],
    ['AWS::KMS::Key', 'KeyPolicy'],
  ])('is another where a statement of a %s is turned round', (type, policy) => {
    const other = changed(type, (properties) => {
      properties[policy].Statement[0].Effect = 'Deny';
    });
    expect(hash(other)).not.toBe(hash(document));
  });

  test.each([
    ['a tag of a role', 'AWS::IAM::Role', 'Tags', [{ Key: 'A', Value: 'b' }]],
    ['a policy of a table', 'AWS::DynamoDB::Table', 'ResourcePolicy', { PolicyDocument: {} }],
    ['a bucket that is public', 'AWS::S3::Bucket', 'AccessControl', 'PublicRead'],
  ])('is another with %s', (_, type, property, value) => {
    const other = changed(type, (properties) => {
      properties[property] = value;
    });
    expect(hash(other)).not.toBe(hash(document));
  });

  test('is the same with what is no policy of a table', () => {
    const other = changed('AWS::DynamoDB::Table', (table) => {
      table.ContributorInsightsSpecification = { Enabled: true };
    });
    expect(hash(other)).toBe(hash(document));
  });
});
