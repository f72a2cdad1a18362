/**
 * The tags by which policies know keys and roles. Invariant: a key or role of the product has those of them that its construct
 * gives it, and no other, though the app around it tags everything with one of these names (`ManagedBy` is common).
 */
import { Tags } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { productTagKey } from '../../contract/stack-names.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';

/** Above what CDK gives to tags by default, 100, and to their removal, 200. */
const removed = 1000;
const own = removed + 1;

/** Of keys and roles in the scope, those of the app. */
export function removeForeignTags(scope: IConstruct): void {
  for (const tag of [tenantIdTag, productTagKey]) {
    Tags.of(scope).remove(tag, {
      includeResourceTypes: ['AWS::KMS::Key', 'AWS::IAM::Role'],
      priority: removed,
    });
  }
}

/** @param types of the resources in the scope that get the tag: all without it */
export function addOwnTag(
  scope: IConstruct,
  tag: string,
  value: string,
  types: readonly string[] = [],
): void {
  Tags.of(scope).add(tag, value, { includeResourceTypes: [...types], priority: own });
}
