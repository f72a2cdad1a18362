import type { APIGatewayProxyEvent } from 'aws-lambda';
import { routes } from '../../contract/routes.ts';

export type Operation = (typeof routes)[number]['operation'];
export type Plane = (typeof routes)[number]['plane'];
export type OperationOf<P extends Plane> = Extract<
  (typeof routes)[number],
  { plane: P }
>['operation'];

const operations = new Map<string, Operation>(
  routes.map(({ method, path, operation }) => [`${method} ${path}`, operation]),
);

/** @returns the operation of the route that API Gateway chose, undefined where it is none of ours */
export const operationOf = (
  event: Pick<APIGatewayProxyEvent, 'httpMethod' | 'resource'>,
): Operation | undefined => operations.get(`${event.httpMethod} ${event.resource}`);
