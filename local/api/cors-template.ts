/**
 * What the stack's templates say of CORS, in API Gateway's language (VTL). Only these forms are understood, character
 * by character: a list of origins with which the request's Origin is compared, and what follows where one is equal.
 */
import { z } from 'zod';
import { TemplateError } from '../template/intrinsics.ts';

/** The list between them is JSON. */
const beforeList = '#set($granted = "")#foreach($allowed in ';
const afterList =
  ')#if($input.params().header.get("Origin") == $allowed || $input.params().header.get("origin") == $allowed)' +
  '#set($granted = $allowed)#end#end';
const allow =
  '#if($granted != "")#set($context.responseOverride.header.Access-Control-Allow-Origin = $granted)#end\n';
const chosenStatus =
  /^#if\(\$granted != "" && \$context\.httpMethod == "OPTIONS"\)\{"statusCode":(\d{3})\}#else\{"statusCode":(\d{3})\}#end$/;

const list = z.array(z.string().regex(/^[^"\\$#]+$/)).min(1);
const fixedStatus = z.strictObject({ statusCode: z.int() });

export interface AnswerTemplate {
  /** those to which the answer names them in Access-Control-Allow-Origin; absent: the template does not ask */
  readonly origins?: readonly string[];
  /** the text of the answer */
  readonly text: string;
}

/** @throws TemplateError for a choice of another form */
export function readAnswerTemplate(template: string): AnswerTemplate {
  const { origins, rest } = readChoice(template);
  if (origins === undefined) return { text: rest };
  if (!rest.startsWith(allow)) throw notUnderstood();
  return { origins, text: rest.slice(allow.length) };
}

export interface StatusTemplate {
  readonly status: number;
  /** the status for OPTIONS from one of the origins; absent: there is none of its own */
  readonly preflight?: { readonly status: number; readonly origins: readonly string[] };
}

/** @throws TemplateError, or an error of JSON or zod, for a template of another form */
export function readStatusTemplate(template: string): StatusTemplate {
  const { origins, rest } = readChoice(template);
  if (origins === undefined) return { status: fixedStatus.parse(JSON.parse(rest)).statusCode };
  const [, preflight, status] = chosenStatus.exec(rest) ?? [];
  if (status === undefined) throw notUnderstood();
  return { status: Number(status), preflight: { status: Number(preflight), origins } };
}

/** @returns the origins among which the template chooses, if it does, and what follows */
function readChoice(template: string) {
  if (!template.startsWith(beforeList)) return { rest: template };
  const [origins = '', ...rest] = template.slice(beforeList.length).split(afterList);
  if (rest.length !== 1) throw notUnderstood();
  return { origins: list.parse(JSON.parse(origins)), rest: rest.join('') };
}

const notUnderstood = () => new TemplateError('the local stack does not know this template');
