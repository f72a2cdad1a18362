/**
 * CloudTrail's own evidence: each hour it signs a digest of the files that it has delivered (User Guide, "CloudTrail
 * digest file structure"). It does not rest on this product's keys, nor on its word.
 */
import type { Certificate, TrailDigests } from '../../contract/certificates.ts';
import { daysAfter } from './days.ts';

export interface Trail {
  readonly trailArn: string;
  readonly bucketName: string;
}

/** Events come minutes late, and their digest within an hour after that. */
const marginDays = 1;

export function trailDigestsOf(
  { trailArn, bucketName }: Trail,
  { accountId, region }: Certificate['issuedFor'],
  { from, erasedAt }: Pick<TrailDigests, 'from'> & Pick<Certificate, 'erasedAt'>,
): TrailDigests {
  const to = daysAfter(erasedAt, marginDays);
  return {
    trailArn,
    digests: `s3://${bucketName}/AWSLogs/${accountId}/CloudTrail-Digest/${region}/`,
    from,
    to,
    validate: `aws cloudtrail validate-logs --trail-arn ${trailArn} --start-time ${from} --end-time ${to} --region ${region}`,
  };
}
