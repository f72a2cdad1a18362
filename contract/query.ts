/** The query of a request, and the forms that its parameters share. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod/mini';

/** A parameter that is given twice stays a list, which no schema takes. */
export function queryOf({ multiValueQueryStringParameters }: APIGatewayProxyEvent) {
  return Object.fromEntries(
    Object.entries(multiValueQueryStringParameters ?? {}).map(([name, values]) => [
      name,
      values?.length === 1 ? values[0] : values,
    ]),
  );
}

/** A number as it stands in a query: one spelling each. */
export function wholeNumberText(least: number, most: number, text: string) {
  const number = z.number().check(z.gte(least, text), z.lte(most, text));
  return z.pipe(
    z.string(text).check(z.regex(/^[1-9][0-9]{0,3}$/, text)),
    z.pipe(z.transform(Number), number),
  );
}
