/** The stage of a template's API, and how it throttles. */
import { z } from 'zod';

export const stage = z.strictObject({
  RestApiId: z.string(),
  DeploymentId: z.string(),
  StageName: z.string(),
  MethodSettings: z
    .array(
      z.object({
        HttpMethod: z.string(),
        ResourcePath: z.string(),
        ThrottlingBurstLimit: z.number().optional(),
        ThrottlingRateLimit: z.number().optional(),
      }),
    )
    .default([]),
  AccessLogSetting: z.strictObject({ DestinationArn: z.string(), Format: z.string() }).optional(),
  TracingEnabled: z.boolean().optional(),
  Description: z.string().optional(),
  Tags: z.unknown().optional(),
});

export interface Throttling {
  /** requests a second */
  readonly rate: number;
  /** at once */
  readonly burst: number;
}

/** Every method of every path. */
export const wholeStage = '* /*';

/** @returns by method and path, such as `GET /tenants` */
export function throttlingOf(
  settings: z.output<typeof stage>['MethodSettings'],
): ReadonlyMap<string, Throttling> {
  return new Map(
    settings.flatMap((setting) => {
      const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = setting;
      if (rate === undefined || burst === undefined) return [];
      // A slash within the path is written as in a JSON pointer, the first one as it is.
      const path = setting.ResourcePath.replace(/^\/~1/, '/').replaceAll('~1', '/');
      return [[`${setting.HttpMethod} ${path}`, { rate, burst }] as const];
    }),
  );
}
