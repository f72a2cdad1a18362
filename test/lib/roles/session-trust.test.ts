/** Whose tag is passed on, decided by the synthesized trust policies and whatever is added to them. */
import { describe, expect, test } from '@jest/globals';
import { authorize } from '../../../local/iam/authorize.ts';
import { localAccount } from '../../../local/stack.ts';
import type { Role } from '../../../local/sts/role.ts';
import { sessionOf } from '../../../local/sts/session.ts';
import { readRoles } from '../../../local/sts/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { resource, synthesizedTemplate } from '../../harness/synthesized.ts';

const synthesized = await synthesizedTemplate();
const actions = ['sts:AssumeRole', 'sts:TagSession'];

/** @returns the role of that name, and one whose sessions try to assume it, with a trust policy that lets anybody in */
function carelessly(name: string): { readonly role: Role; readonly other: Role } {
  const template = structuredClone(synthesized);
  const [, { Properties }] = resource(template, 'AWS::IAM::Role', name);
  Properties.AssumeRolePolicyDocument.Statement.push({
    Sid: 'Careless',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: actions,
  });
  const roles = [...readRoles(readTemplate({ ...template }, localAccount)).values()];
  const named = (part: string) => roles.find((role) => role.name.includes(part)) as Role;
  return { role: named(name), other: named('DataPlaneRole') };
}

describe.each(['TenantRole', 'AuditReaderRole'])('%s', (name) => {
  const { role, other } = carelessly(name);
  const decide = (action: string, context: Readonly<Record<string, string | readonly string[]>>) =>
    authorize(
      sessionOf(other, 'function', {}),
      { action, resource: role.arn, context },
      role.trustPolicy,
    );
  const tagged = { 'aws:RequestTag/TenantId': 'acme', 'aws:TagKeys': ['TenantId'] };

  test.each(actions)('a careless Allow of %s lets no tag be passed on', (action) => {
    expect(decide(action, tagged)).toMatchObject({ allowed: true });
    for (const keys of [['TenantId'], ['Role'], ['TenantId', 'Role']]) {
      const passedOn = { ...tagged, 'sts:TransitiveTagKeys': keys };
      expect(decide(action, passedOn)).toMatchObject({ allowed: false, kind: 'explicit-deny' });
    }
  });
});
