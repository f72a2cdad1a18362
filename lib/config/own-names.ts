/** The names of the product that a construct is part of, which the product sets for all constructs in it. */
import type { IConstruct } from 'constructs';
import { type StackNames, stackNames } from '../../contract/stack-names.ts';

/** With a slash, as no key of the configuration has one. */
const contextKey = 'tenant-keys/name';

/** Call it before anything is put into the construct. */
export function setName(product: IConstruct, name: string): void {
  product.node.setContext(contextKey, name);
}

/** @throws Error for a construct that is in no product */
export const ownNames = (scope: IConstruct): StackNames =>
  stackNames(scope.node.getContext(contextKey));
