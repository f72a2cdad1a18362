/**
 * A mock integration, which answers by the template alone. Only what the stack uses is understood: one
 * answer for JSON and for no body, literal headers, and a template without directives.
 */
import { z } from 'zod';
import { TemplateError } from '../template/intrinsics.ts';
import type { Throttling } from './stage.ts';

const json = 'application/json';
const literal = z.string().regex(/^'.*'$/s);

export const mockMethod = z.strictObject({
  RestApiId: z.string(),
  ResourceId: z.string(),
  HttpMethod: z.string(),
  AuthorizationType: z.literal('NONE'),
  ApiKeyRequired: z.literal(false).optional(),
  Integration: z.strictObject({
    Type: z.literal('MOCK'),
    ContentHandling: z.literal('CONVERT_TO_TEXT'),
    PassthroughBehavior: z.literal('NEVER'),
    RequestTemplates: z.strictObject({ [json]: z.string() }),
    IntegrationResponses: z.tuple([
      z.strictObject({
        StatusCode: z.coerce.number(),
        // Without it, AWS would decode the text as base64 for who accepts a binary media type.
        ContentHandling: z.literal('CONVERT_TO_TEXT'),
        ResponseParameters: z.record(z.string(), literal),
        ResponseTemplates: z.strictObject({ [json]: z.string() }),
      }),
    ]),
  }),
  MethodResponses: z.tuple([
    z.strictObject({
      StatusCode: z.coerce.number(),
      ResponseParameters: z.record(z.string(), z.literal(true)),
    }),
  ]),
});

export interface FixedAnswer {
  /** `ANY`: each that the resource has not by name */
  readonly httpMethod: string;
  readonly resourcePath: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly template: string;
  /** its own; absent: the stage's */
  readonly throttling?: Throttling;
}

/** @throws TemplateError for an answer that this gateway would not give as AWS does */
export function readFixedAnswer(
  method: z.output<typeof mockMethod>,
  resourcePath: string,
): FixedAnswer {
  const [response] = method.Integration.IntegrationResponses;
  const [declared] = method.MethodResponses;
  const { StatusCode: status, ResponseParameters: parameters } = response;
  const template = response.ResponseTemplates[json];
  const asked = JSON.parse(method.Integration.RequestTemplates[json]);
  const names = Object.keys(parameters);
  // A header reaches the client only if the method's response declares it.
  const isWhole =
    declared.StatusCode === status &&
    asked.statusCode === status &&
    names.every((name) => declared.ResponseParameters[name]) &&
    names.every((name) => name.startsWith(headerPrefix));
  // VTL has directives and references; all but the request id are not understood here.
  const isText = !/[#$]/.test(template.replaceAll('$context.requestId', ''));
  if (!isWhole || !isText) {
    throw new TemplateError(`${resourcePath}: the local stack does not give this fixed answer`);
  }
  const headers = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name.slice(headerPrefix.length),
      value.slice(1, -1),
    ]),
  );
  return { httpMethod: method.HttpMethod, resourcePath, status, headers, template };
}

const headerPrefix = 'method.response.header.';
