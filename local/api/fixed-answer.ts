/**
 * A mock integration, which answers by the template alone. Only what the stack uses is understood: one answer for JSON
 * and for no body, another one for a preflight, literal headers, and a template without directives but those of CORS.
 */
import { z } from 'zod';
import { TemplateError } from '../template/intrinsics.ts';
import { readAnswerTemplate, readStatusTemplate } from './cors-template.ts';
import type { Throttling } from './stage.ts';

const json = 'application/json';
const literal = z.string().regex(/^'.*'$/s);

const integrationResponse = z.strictObject({
  StatusCode: z.coerce.number(),
  // Without it, AWS would decode the text as base64 for who accepts a binary media type.
  ContentHandling: z.literal('CONVERT_TO_TEXT'),
  ResponseParameters: z.record(z.string(), literal),
  ResponseTemplates: z.strictObject({ [json]: z.string() }),
});
const methodResponse = z.strictObject({
  StatusCode: z.coerce.number(),
  ResponseParameters: z.record(z.string(), z.literal(true)),
});

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
    IntegrationResponses: z.array(integrationResponse),
  }),
  MethodResponses: z.array(methodResponse),
});

export interface FixedText {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** with `$context.requestId` for the request's id */
  readonly template: string;
  /** the origins that it names, each to itself, in Access-Control-Allow-Origin */
  readonly origins?: readonly string[];
}

export interface FixedAnswer extends FixedText {
  /** `ANY`: each that the resource has not by name */
  readonly httpMethod: string;
  readonly resourcePath: string;
  /** in its place to OPTIONS from one of the origins that the preflight names */
  readonly preflight?: FixedText;
  /** its own; absent: the stage's */
  readonly throttling?: Throttling;
}

type Method = z.output<typeof mockMethod>;

/** @throws TemplateError for an answer that this gateway would not give as AWS does */
export function readFixedAnswer(method: Method, resourcePath: string): FixedAnswer {
  const { status, preflight } = readStatusTemplate(method.Integration.RequestTemplates[json]);
  const statuses = [status, ...(preflight === undefined ? [] : [preflight.status])];
  const [answer, another] = statuses.map((one) => readText(method, one));
  const given = method.Integration.IntegrationResponses.map(({ StatusCode }) => StatusCode);
  const isWhole =
    given.join() === statuses.join() && preflight?.origins.join() === another?.origins?.join();
  if (!isWhole || answer === undefined) throw notGiven(resourcePath);
  return {
    httpMethod: method.HttpMethod,
    resourcePath,
    ...answer,
    ...(another !== undefined && { preflight: another }),
  };
}

function readText({ Integration, MethodResponses, ResourceId }: Method, status: number): FixedText {
  const response = Integration.IntegrationResponses.find(({ StatusCode }) => StatusCode === status);
  const declared = MethodResponses.find(({ StatusCode }) => StatusCode === status);
  if (response === undefined || declared === undefined) throw notGiven(ResourceId);
  const { origins, text } = readAnswerTemplate(response.ResponseTemplates[json]);
  const names = Object.keys(response.ResponseParameters);
  const needed = [...names, ...(origins === undefined ? [] : [`${headerPrefix}${allowOrigin}`])];
  // A header reaches the client only if the method's response declares it.
  const isDeclared = needed.every((name) => declared.ResponseParameters[name]);
  // VTL has directives and references; all but the request id are not understood here.
  const isText = !/[#$]/.test(text.replaceAll('$context.requestId', ''));
  if (!isDeclared || !isText || !needed.every((name) => name.startsWith(headerPrefix))) {
    throw notGiven(ResourceId);
  }
  const headers = Object.fromEntries(
    Object.entries(response.ResponseParameters).map(([name, value]) => [
      name.slice(headerPrefix.length),
      value.slice(1, -1),
    ]),
  );
  return { status, headers, template: text, ...(origins !== undefined && { origins }) };
}

const headerPrefix = 'method.response.header.';
export const allowOrigin = 'Access-Control-Allow-Origin';

const notGiven = (what: string) =>
  new TemplateError(`${what}: the local stack does not give this fixed answer`);
