/** The authorizers of a template's API. */
import { z } from 'zod';
import { readProperties } from '../template/properties.ts';
import type { Template } from '../template/template.ts';
import { functionOf } from './function-uri.ts';

const authorizer = z.strictObject({
  RestApiId: z.string(),
  Name: z.string(),
  Type: z.literal('TOKEN'),
  AuthorizerUri: z.string(),
  AuthorizerResultTtlInSeconds: z.number(),
  IdentitySource: z.literal('method.request.header.Authorization'),
  IdentityValidationExpression: z.string().optional(),
});

export interface AuthorizerDefinition {
  readonly id: string;
  readonly functionArn: string;
  readonly ttlSeconds: number;
  /** which the whole header must match before the authorizer is asked */
  readonly validation?: RegExp;
}

/** @returns authorizer id -> authorizer */
export function readAuthorizers(template: Template): Map<string, AuthorizerDefinition> {
  return new Map(
    template.ofType('AWS::ApiGateway::Authorizer').map((declared) => {
      const properties = readProperties(declared, authorizer);
      const id = template.identity(declared.logicalId).ref;
      const expression = properties.IdentityValidationExpression;
      const definition: AuthorizerDefinition = {
        id,
        functionArn: functionOf(properties.AuthorizerUri),
        ttlSeconds: properties.AuthorizerResultTtlInSeconds,
        ...(expression !== undefined && { validation: new RegExp(`^(?:${expression})$`) }),
      };
      return [id, definition];
    }),
  );
}
