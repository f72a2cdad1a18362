/**
 * What API Gateway answers to anybody, from the template alone: which methods a path has, the page of the problems,
 * the OpenAPI document.
 * Invariant: no function, no table and no key stands behind such a method, and its answer repeats nothing that the
 * client sent. So it needs no authorizer.
 */
import {
  AuthorizationType,
  ContentHandling,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { answerHeaders } from '../../contract/answer-headers.ts';
import { allowOriginHeader } from '../../contract/cors.ts';
import { methodNotAllowed, problemJson } from '../../contract/problem.ts';
import { problemPage } from '../../contract/problem-page.ts';
import { documentRoute, problemsRoute, routes } from '../../contract/routes.ts';
import type { Config } from '../config/config.ts';
import { acknowledge } from '../nag/acknowledge.ts';
import { allowOrigin, preflightHeaders, sharedHeaders, statusOf } from './cors.ts';
import { literals } from './gateway-responses.ts';
import { documentTemplate } from './openapi-document.ts';

/** ANY is for the methods that a resource has not by name. Of these a browser's OPTIONS may be a preflight. */
export function addFixedAnswers(api: RestApi, { stage, corsOrigins }: FixedAnswerProps): void {
  for (const [path, allow] of allowedMethods()) {
    const preflight = { status: 204, headers: preflightHeaders(allow), template: '' };
    const answer = notAllowed(allow, stage);
    addFixedAnswer(api.root.resourceForPath(path), 'ANY', corsOrigins, answer, preflight);
  }
  addFixedAnswer(api.root.resourceForPath(problemsRoute.path), problemsRoute.method, corsOrigins, {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    template: problemPage(),
  });
  addFixedAnswer(api.root.resourceForPath(documentRoute.path), documentRoute.method, corsOrigins, {
    status: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' },
    template: documentTemplate(),
  });
}

/** Of a path that is no page's business. */
export function addOnlyMethod(resource: IResource, allow: string, stage: string): void {
  addFixedAnswer(resource, 'ANY', [], notAllowed(allow, stage));
}

function notAllowed(allow: string, stage: string): FixedAnswer {
  const problem = methodNotAllowed(allow);
  const body = JSON.stringify(problem.toBody({ requestId: '$context.requestId', stage }));
  return {
    status: problem.status,
    headers: { 'Content-Type': problemJson, ...problem.headers },
    // Unlike a gateway response, it is VTL, of which `#` begins a directive.
    template: body.replaceAll('#', '\\u0023'),
  };
}

type FixedAnswerProps = Pick<Config, 'stage' | 'corsOrigins'>;

/** @returns path -> the methods that it has */
function allowedMethods(): Map<string, string> {
  const paths = new Set<string>(routes.map(({ path }) => path));
  const methodsOf = (wanted: string) =>
    routes.filter(({ path }) => path === wanted).map(({ method }) => method);
  return new Map([...paths].map((path) => [path, methodsOf(path).sort().join(', ')]));
}

interface FixedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** VTL: its `$` and `#` are the engine's */
  readonly template: string;
}

/** @param preflight the answer to one from an allowed origin, where the method may be OPTIONS */
function addFixedAnswer(
  resource: IResource,
  httpMethod: string,
  origins: readonly string[],
  answer: FixedAnswer,
  preflight?: FixedAnswer,
): void {
  const answersPreflight = preflight !== undefined && origins.length > 0;
  const answers = answersPreflight ? [answer, preflight] : [answer];
  const integration = new MockIntegration({
    // The body of a request is not looked at; one that is not JSON is a 415.
    requestTemplates: {
      'application/json': answersPreflight
        ? statusOf(origins, answer.status, preflight.status)
        : JSON.stringify({ statusCode: answer.status }),
    },
    passthroughBehavior: PassthroughBehavior.NEVER,
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    integrationResponses: answers.map((one) => integrationResponse(one, origins)),
  });
  const method = resource.addMethod(httpMethod, integration, {
    authorizationType: AuthorizationType.NONE,
    methodResponses: answers.map((one) => methodResponse(one, origins)),
  });
  const reason = 'A fixed answer of the template, the same to everybody, with nothing behind it.';
  acknowledge(method, { 'AwsSolutions-APIG4': reason, 'AwsSolutions-COG4': reason });
}

const integrationResponse = (answer: FixedAnswer, origins: readonly string[]) => ({
  statusCode: String(answer.status),
  // Where Accept names a binary media type, the text would be decoded as base64, or be a 500.
  contentHandling: ContentHandling.CONVERT_TO_TEXT,
  responseParameters: ofMethod(literals(headersOf(answer, origins))),
  responseTemplates: { 'application/json': allowOrigin(origins) + answer.template },
});

/** A header must be declared, also one that a template sets. */
const methodResponse = (answer: FixedAnswer, origins: readonly string[]) => ({
  statusCode: String(answer.status),
  responseParameters: ofMethod(
    Object.fromEntries(
      [
        ...Object.keys(headersOf(answer, origins)),
        ...(origins.length > 0 ? [allowOriginHeader] : []),
      ].map((name) => [name, true]),
    ),
  ),
});

const headersOf = ({ headers }: FixedAnswer, origins: readonly string[]) => ({
  ...answerHeaders,
  ...sharedHeaders(origins),
  ...headers,
});

const ofMethod = <V>(headers: Readonly<Record<string, V>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, value]),
  );
