/** What a deployment changes of a stack that is there. */
import { describe, expect, test } from '@jest/globals';
import { deploy, deployed, failed, template } from './deploy-harness.ts';

describe('a stack that is there', () => {
  /** The template as it was before. */
  const earlier = (change: (resources: typeof template.Resources) => void) => {
    const body = structuredClone(template);
    change(body.Resources);
    return deployed({ body });
  };
  const first = (type: string) =>
    Object.keys(template.Resources).find((id) => template.Resources[id]?.Type === type) as string;

  test('has the names itself, needs no more room, and nothing changes', async () => {
    const ended = await deploy(deployed(), ['--yes']);
    expect(failed(ended)).toEqual([]);
    expect(ended.results.get('names')?.found).toBe('no new names');
    expect(ended.results.get('quotas')?.found).toContain('keys 1 + 100 of');
    expect(ended.results.get('quotas')?.found).not.toContain('trails');
    expect(ended.results.get('changes')).toMatchObject({ outcome: 'ok', found: 'nothing changes' });
  });

  test('of which a table is replaced: in the way, until --replace says that it is meant; --yes does not', async () => {
    const table = first('AWS::DynamoDB::Table');
    const handlers = earlier((resources) => {
      const { Properties } = resources[table] as { Properties: Record<string, unknown> };
      Properties.TableName = 'another';
    });
    const ended = await deploy(handlers, ['--yes']);
    expect(ended).toMatchObject({ code: 3, cdk: [] });
    expect(ended.results.get('changes')?.found).toContain(
      `REPLACES ${table} (AWS::DynamoDB::Table)`,
    );
    const meant = await deploy(handlers, ['--yes', '--replace']);
    expect(meant).toMatchObject({ code: 0 });
    expect(meant.results.get('changes')).toMatchObject({
      outcome: 'caution',
      found: expect.stringContaining('REPLACES'),
    });
  });

  test('of which a key is removed that nothing keeps: in the way', async () => {
    const handlers = earlier((resources) => {
      resources.OldKey = { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {} } };
    });
    const ended = await deploy(handlers, ['--yes']);
    expect(ended.code).toBe(3);
    expect(ended.results.get('changes')?.found).toContain('REMOVES OldKey (AWS::KMS::Key)');
  });

  test('of which a key is let go, but kept: a caution', async () => {
    const handlers = earlier((resources) => {
      const kept = {
        Type: 'AWS::KMS::Key',
        DeletionPolicy: 'Retain',
        Properties: { KeyPolicy: {} },
      };
      resources.OldKey = kept;
    });
    const ended = await deploy(handlers, ['--yes']);
    expect(ended.code).toBe(0);
    expect(ended.results.get('changes')).toMatchObject({
      outcome: 'caution',
      found: expect.stringContaining('leaves behind OldKey'),
    });
  });

  test('of which a policy is widened: a caution that says so; narrowed: none', async () => {
    const policy = first('AWS::IAM::Policy');
    const statementsOf = (resources: typeof template.Resources) => {
      const document = resources[policy]?.Properties.PolicyDocument as { Statement: object[] };
      return document.Statement;
    };
    const widened = await deploy(
      earlier((resources) => void statementsOf(resources).pop()),
      ['--yes'],
    );
    expect(widened.results.get('changes')).toMatchObject({
      outcome: 'caution',
      found: expect.stringContaining('permissions are WIDENED'),
    });
    const narrowed = await deploy(
      earlier((resources) => {
        statementsOf(resources).push({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' });
      }),
      ['--yes'],
    );
    expect(narrowed.results.get('changes')).toMatchObject({ outcome: 'ok', found: '1 changed' });
  });

  test.each([
    ['of a key', 'AWS::KMS::Key', 'KeyPolicy'],
    ['of trust', 'AWS::IAM::Role', 'AssumeRolePolicyDocument'],
  ])('of which a policy %s is widened: a caution', async (_, type, property) => {
    const id = first(type);
    const handlers = earlier((resources) => {
      const policy = resources[id]?.Properties[property] as { Statement: object[] };
      policy.Statement = policy.Statement.slice(1);
    });
    const ended = await deploy(handlers, ['--yes']);
    expect(ended.results.get('changes')).toMatchObject({
      outcome: 'caution',
      found: expect.stringContaining('permissions are WIDENED'),
    });
  });
});
