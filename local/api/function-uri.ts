import { TemplateError } from '../template/intrinsics.ts';

/** An integration's URI is `arn:...:lambda:path/2015-03-31/functions/<function ARN>/invocations`. */
export function functionOf(uri: string): string {
  const arn = /\/functions\/(.+)\/invocations$/.exec(uri)?.[1];
  if (arn === undefined) throw new TemplateError(`not the URI of a Lambda integration: ${uri}`);
  return arn;
}
