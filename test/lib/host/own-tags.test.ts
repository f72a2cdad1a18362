/** What the app around the construct tags changes no key and no role of the product. */
import { expect, test } from '@jest/globals';
import { Tags } from 'aws-cdk-lib';
import { defaultName, stackNames } from '../../../contract/stack-names.ts';
import { resourcesOf, type Template } from '../../harness/synthesized.ts';
import { templateIn } from './host-app.ts';

const { productTag } = stackNames(defaultName);
const tagsOf = (template: Template) =>
  ['AWS::KMS::Key', 'AWS::IAM::Role'].flatMap((type) =>
    resourcesOf(template, type).map(([id, { Properties }]) => [id, Properties.Tags]),
  );
const own = tagsOf(templateIn({}));

test('keys and roles have tags in the first place', () => {
  const text = JSON.stringify(own);
  expect(text).toContain('{"Key":"TenantId","Value":"acme"}');
  expect(text).toContain(JSON.stringify({ Key: productTag.key, Value: productTag.value }));
});

test.each(['TenantId', 'ManagedBy'])('an app that tags everything with %s changes none', (tag) => {
  const template = templateIn({
    prepare: (app) => Tags.of(app).add(tag, 'globex', { priority: 300 }),
  });
  expect(tagsOf(template)).toEqual(own);
});

test('other tags of the app are on keys and roles too', () => {
  const template = templateIn({ prepare: (app) => Tags.of(app).add('Team', 'platform') });
  for (const [, tags] of tagsOf(template)) {
    expect(tags).toContainEqual({ Key: 'Team', Value: 'platform' });
  }
});
